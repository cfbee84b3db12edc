// Checks that pure libs use no clock, no random numbers and no process, and that one file generates code. `npm run check` runs it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { repositoryRoot, sourceFiles } from '../source-files.js';

const pureLibs = /^libs\/(base|engine|dsl|otlp|signing)\//;
const mayGenerateCode = 'libs/dsl/src/emit/emit.ts';
const isTest = (file: string): boolean => /\.(spec|test-d|contract)\.ts$/.test(file);

const bannedGlobals = new Set(['setTimeout', 'setInterval', 'setImmediate', 'performance', 'process', 'fetch']);
const bannedMembers = new Set(['Date.now', 'Math.random', 'crypto.randomUUID', 'crypto.getRandomValues']);
const codeMakers = new Set(['Function', 'eval']);

/** The problems of one source text, one sentence each. */
export function purityProblems(file: string, text: string): string[] {
  if (isTest(file)) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const problems: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    problems.push(`${file}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}: ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (file !== mayGenerateCode && makesCode(node)) report(node, `only ${mayGenerateCode} may make code from text`);
    if (pureLibs.test(file)) {
      const impure = impurity(node);
      if (impure) report(node, `${impure} in a pure lib: time, chance and the process are arguments`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return problems;
}

function makesCode(node: ts.Node): boolean {
  return (
    (ts.isNewExpression(node) || ts.isCallExpression(node)) && ts.isIdentifier(node.expression) && codeMakers.has(node.expression.text)
  );
}

function impurity(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) {
    const member = node.getText().replace(/^globalThis\./, '');
    return bannedMembers.has(member) || (member !== node.getText() && bannedGlobals.has(member)) ? member : undefined;
  }
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isCallExpression(node) && node.expression.getText() === 'Date') return 'Date()';
  return ts.isIdentifier(node) && bannedGlobals.has(node.text) && isReference(node) ? node.text : undefined;
}

/** Whether a name is used, rather than declared, a key, or a member of something else. */
function isReference(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isBindingElement(parent)) return parent.initializer === node;
  return !('name' in parent && parent.name === node) && !ts.isTypeNode(parent);
}

if (process.argv[1] === import.meta.filename) {
  const problems = sourceFiles().flatMap((file) => purityProblems(file, readFileSync(join(repositoryRoot, file), 'utf8')));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
