import ts from 'typescript';

const LEVELS = new Set(['fatal', 'error', 'warn', 'log', 'info', 'debug']);

/** Whether a file declares errors as data: each of its strings is a text for users. */
const isCatalogue = (file: string): boolean => /(?:^|\/)problems\.ts$/.test(file);

/** Members whose strings are texts of generated documents: of the API, the configuration, the metrics, the language. */
const DESCRIPTIONS = new Set(['description', 'summary', 'doc']);

/** The texts that a source file shows to users or operators: errors of catalogues, log lines, and the titles of tests. Values are replaced by `value`. */
export function textsOf(file: string, source: string): string[] {
  const isSpec = /\.(?:spec|contract)\.tsx?$/.test(file);
  if (!isCatalogue(file) && !isSpec && !/logger|\b(?:description|summary|doc): |\bnew \w*(?:Error|Problem)\(/i.test(source)) return [];
  const texts: string[] = [];
  const visit = (node: ts.Node, isShown: boolean): void => {
    const text = isShown && ts.isExpression(node) ? textOf(node) : undefined;
    if (text !== undefined) {
      texts.push(text);
      return;
    }
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const title = isSpec && isTestCall(node) ? textOf(node.arguments[0]!) : undefined;
    if (title !== undefined) texts.push(title);
    const showsAll = isShown || isLogCall(node) || isDescription(node) || isError(node);
    ts.forEachChild(node, (child) => visit(child, showsAll));
  };
  visit(
    ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS),
    isCatalogue(file),
  );
  return texts.filter((text) => text.includes(' '));
}

/** A call of a logger, such as `this.logger.warn(…)`. */
function isLogCall(node: ts.Node): boolean {
  return (
    ts.isCallExpression(node) &&
    ts.isPropertyAccessExpression(node.expression) &&
    LEVELS.has(node.expression.name.text) &&
    /logger$/i.test(node.expression.expression.getText())
  );
}

/** `description: '…'`. */
function isDescription(node: ts.Node): boolean {
  return ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && DESCRIPTIONS.has(node.name.text);
}

/** `new StartError('…')`. */
function isError(node: ts.Node): boolean {
  return ts.isNewExpression(node) && /(?:Error|Problem)$/.test(node.expression.getText());
}

/** `describe(…)`, `it(…)`, their variants (`it.each(…)(…)`, `describeKafka(…)`) and conditional ones. */
function isTestCall(node: ts.Node): node is ts.CallExpression {
  return ts.isCallExpression(node) && node.arguments.length > 1 && /\b(?:describe|it|test)(?:\b|[A-Z])/.test(node.expression.getText());
}

/** A string literal, a template, or a sum of such. */
function textOf(node: ts.Expression): string | undefined {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isTemplateExpression(node)) return node.head.text + node.templateSpans.map(({ literal }) => `value${literal.text}`).join('');
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return undefined;
  const [left, right] = [textOf(node.left), textOf(node.right)];
  return left === undefined && right === undefined ? undefined : (left ?? 'value') + (right ?? 'value');
}
