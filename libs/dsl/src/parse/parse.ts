import { diagnose } from '../text/diagnostic.js';
import type { Parsed } from '../text/parsed.js';
import { Source } from '../text/source.js';
import type { Block, Expression, RuleSyntax } from '../text/syntax.js';
import { quoteNear } from '../text/token.js';
import { SyntaxFailure, TokenCursor } from '../text/token-cursor.js';
import { parseExpression } from './grammar/parse-expression.js';
import { parseBlock } from './grammar/parse-statement.js';
import { tokenize } from './grammar/tokenize.js';
import { parseWhen } from './when/parse-when.js';
import { isWhenForm } from './when/tokenize-when.js';

/** Maximum length of a text in UTF-16 units; longer ones are refused unread. */
export const MAX_TEXT = 100_000;

const CLAUSE = /^\s*(always|never|when)\s*\{/i;

/** A rule's text (BeTraceDSL, or the `when { … }` form) → its syntax tree, or its errors. Never throws. */
export function parse(text: string): Parsed {
  const source = new Source(text);
  if (text.length > MAX_TEXT) {
    const range = { start: MAX_TEXT, end: text.length };
    const diagnostic = diagnose(source, 'BT_DSL_TOO_LONG', range, { length: String(text.length), limit: String(MAX_TEXT) });
    return { source, syntax: undefined, tokens: [], comments: [], diagnostics: [diagnostic], steps: 0 };
  }
  if (isWhenForm(text)) return parseWhen(source);
  const clause = CLAUSE.exec(text);
  if (clause !== null) return notWhen(source, clause[0].length - clause[0].trimStart().length, clause[1] ?? '');
  const { tokens, comments, diagnostics } = tokenize(source);
  const cursor = new TokenCursor(source, tokens, parseBlock);
  try {
    const syntax = parseRule(cursor);
    return { source, syntax: diagnostics.length === 0 ? syntax : undefined, tokens, comments, diagnostics, steps: cursor.steps };
  } catch (error) {
    if (!(error instanceof SyntaxFailure)) throw error;
    // After a lexer error the parser's error is mostly its consequence.
    const all = diagnostics.length === 0 ? [error.diagnostic] : diagnostics;
    return { source, syntax: undefined, tokens, comments, diagnostics: all, steps: cursor.steps };
  }
}

/** `always { a }`, `When { a }`. */
function notWhen(source: Source, start: number, word: string): Parsed {
  const range = { start, end: start + word.length };
  const isWhen = word.toLowerCase() === 'when';
  const extras = isWhen ? { suggestion: 'when', fix: { range, text: 'when' } } : { expected: 'when { … } first' };
  const diagnostics = [diagnose(source, 'BT_DSL_WHEN_BEGINS', range, {}, extras)];
  return { source, syntax: undefined, tokens: [], comments: [], diagnostics, steps: 0 };
}

const STATEMENT_WORDS: ReadonlySet<string> = new Set(['local', 'if', 'while', 'for', 'repeat', 'do', 'break', 'goto', 'return', ';', '::']);

function parseRule(cursor: TokenCursor): RuleSyntax {
  const first = cursor.current;
  if (first.kind === 'end') cursor.fail('BT_DSL_EMPTY', first.range, {}, { expected: 'a condition such as span.duration > 1s' });
  const startsStatement =
    first.kind !== 'string' && (STATEMENT_WORDS.has(first.text) || (first.text === 'function' && cursor.next.kind === 'name'));
  if (!startsStatement) {
    const expression = parseExpression(cursor);
    if (cursor.current.kind === 'end') return { kind: 'expression', expression };
    refuseThousands(cursor, expression);
    if (!continuesAsStatement(cursor, expression)) {
      cursor.fail('BT_DSL_SYNTAX', cursor.current.range, {}, { expected: 'an operator or the end of the expression' });
    }
  }
  return parseScript(cursor.source, cursor);
}

/** `x > 50,000`. Between the arguments of a function a comma separates. */
function refuseThousands(cursor: TokenCursor, expression: Expression): void {
  if (!cursor.is(',')) return;
  const { end } = expression.range;
  const match = /(?:^|[^\w.])(\d{1,3}(?:,\d{3})+)(?![\w.,])/y;
  match.lastIndex = Math.max(0, cursor.source.text.slice(0, end).search(/[^\w.]?\d{1,3}$/));
  const written = match.exec(cursor.source.text)?.[1];
  if (written === undefined) return;
  const start = end - written.indexOf(',');
  const range = { start, end: start + written.length };
  const text = written.replaceAll(',', '');
  cursor.fail(
    'BT_DSL_MALFORMED_NUMBER',
    range,
    { near: quoteNear(written) },
    { expected: 'a number without commas', suggestion: text, fix: { range, text } },
  );
}

/** After a whole expression: whether it begins a statement (`x = 1`, `f() g()`). */
function continuesAsStatement(cursor: TokenCursor, expression: Expression): boolean {
  if (cursor.is('=') && startsAtData(expression)) cursor.failAtAssignment();
  if (cursor.is('=') || cursor.is(',')) return expression.type === 'name' || expression.type === 'member' || expression.type === 'index';
  if (expression.type !== 'call' && expression.type !== 'method-call') return false;
  return cursor.current.kind === 'name' || cursor.current.kind === 'keyword' || cursor.is(';');
}

/** The expression is a comparison, or a field of the data, to which nothing is assigned. */
function startsAtData(expression: Expression): boolean {
  let inner = expression;
  while (inner.type === 'member' || inner.type === 'index') inner = inner.object;
  if (inner !== expression) return inner.type === 'name' && (inner.name === 'span' || inner.name === 'trace' || inner.name === 'attribute');
  return inner.type !== 'name';
}

function parseScript(source: Source, used: TokenCursor): RuleSyntax {
  const cursor = new TokenCursor(source, used.tokens, parseBlock);
  let block: Block;
  try {
    block = parseBlock(cursor);
  } finally {
    used.steps += cursor.steps;
  }
  if (cursor.current.kind !== 'end') cursor.fail('BT_DSL_SYNTAX', cursor.current.range, {}, { expected: 'a statement or the end' });
  const [only] = block;
  if (block.length === 1 && only?.type === 'return' && only.values.length === 1) {
    return { kind: 'expression', expression: only.values[0] as Expression };
  }
  return { kind: 'script', text: source.text, block };
}
