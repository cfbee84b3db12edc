import type { Block, Branch, Expression, Name, Statement } from '../../text/syntax.js';
import type { Token } from '../../text/token.js';
import type { TokenCursor } from '../../text/token-cursor.js';
import { refuseForeignStatement } from './foreign-statement.js';
import { parseExpression, parseExpressions, parseSuffixed } from './parse-expression.js';

/** Statements up to the end of their block (`end`, `else`, `elseif`, `until`, the end of the text). */
export function parseBlock(cursor: TokenCursor): Block {
  const block: Statement[] = [];
  for (;;) {
    while (cursor.accept(';'));
    if (endsBlock(cursor.current)) return block;
    if (cursor.is('return')) {
      block.push(parseReturn(cursor));
      return block;
    }
    block.push(cursor.nested(() => parseStatement(cursor)));
  }
}

function endsBlock(token: Token): boolean {
  if (token.kind === 'end') return true;
  return token.kind === 'keyword' && (token.text === 'end' || token.text === 'else' || token.text === 'elseif' || token.text === 'until');
}

function parseReturn(cursor: TokenCursor): Statement {
  const start = cursor.take().range.start;
  const values = endsBlock(cursor.current) || cursor.is(';') ? [] : parseExpressions(cursor);
  const range = { start, end: cursor.lastEnd };
  cursor.accept(';');
  return { type: 'return', values, range };
}

function parseStatement(cursor: TokenCursor): Statement {
  const token = cursor.current;
  if (token.kind === 'keyword') {
    switch (token.text) {
      case 'local':
        return parseLocal(cursor);
      case 'if':
        return parseIf(cursor);
      case 'while':
        return parseWhile(cursor);
      case 'for':
        return parseFor(cursor);
      case 'repeat':
        return parseRepeat(cursor);
      case 'function':
        return parseFunction(cursor);
      case 'do': {
        const opening = cursor.take();
        const body = parseBlock(cursor);
        return { type: 'do', body, range: closeWith(cursor, 'end', opening) };
      }
      case 'break':
        return { type: 'break', range: cursor.take().range };
      case 'goto':
        return cursor.fail('BT_DSL_STATEMENT', token.range, { name: 'goto' });
    }
  }
  if (cursor.is('::')) return cursor.fail('BT_DSL_STATEMENT', token.range, { name: 'a label' });
  return parseAssignmentOrCall(cursor);
}

function closeWith(cursor: TokenCursor, text: string, opening: Token): { start: number; end: number } {
  return { start: opening.range.start, end: cursor.expectClosing(text, opening).range.end };
}

function parseName(cursor: TokenCursor): Name {
  const token = cursor.expectName();
  return { type: 'name', name: token.text, range: token.range };
}

function parseNames(cursor: TokenCursor): Name[] {
  const names = [parseName(cursor)];
  while (cursor.accept(',')) names.push(parseName(cursor));
  return names;
}

function parseLocal(cursor: TokenCursor): Statement {
  const start = cursor.take().range.start;
  if (cursor.is('function')) {
    const opening = cursor.take();
    const name = parseName(cursor);
    const body = cursor.functionBody(opening);
    return { type: 'local-function', name, function: body, range: { start, end: body.range.end } };
  }
  const names = parseNames(cursor);
  const values = cursor.accept('=') ? parseExpressions(cursor) : [];
  return { type: 'local', names, values, range: { start, end: cursor.lastEnd } };
}

function parseIf(cursor: TokenCursor): Statement {
  const opening = cursor.take();
  const branches: Branch[] = [];
  do {
    const condition = parseExpression(cursor);
    cursor.expect('then');
    branches.push({ condition, body: parseBlock(cursor) });
  } while (cursor.accept('elseif'));
  if (!cursor.accept('else')) return { type: 'if', branches, range: closeWith(cursor, 'end', opening) };
  const otherwise = parseBlock(cursor);
  return { type: 'if', branches, otherwise, range: closeWith(cursor, 'end', opening) };
}

function parseWhile(cursor: TokenCursor): Statement {
  const opening = cursor.take();
  const condition = parseExpression(cursor);
  cursor.expect('do');
  const body = parseBlock(cursor);
  return { type: 'while', condition, body, range: closeWith(cursor, 'end', opening) };
}

function parseRepeat(cursor: TokenCursor): Statement {
  const opening = cursor.take();
  const body = parseBlock(cursor);
  cursor.expectClosing('until', opening);
  const condition = parseExpression(cursor);
  return { type: 'repeat', body, condition, range: { start: opening.range.start, end: condition.range.end } };
}

function parseFor(cursor: TokenCursor): Statement {
  const opening = cursor.take();
  const variable = parseName(cursor);
  if (cursor.accept('=')) {
    const bounds = [parseExpression(cursor)];
    cursor.expect(',');
    bounds.push(parseExpression(cursor));
    if (cursor.accept(',')) bounds.push(parseExpression(cursor));
    const body = parseLoopBody(cursor);
    return { type: 'for', variable, bounds, body, range: closeWith(cursor, 'end', opening) };
  }
  const names = cursor.accept(',') ? [variable, ...parseNames(cursor)] : [variable];
  cursor.expect('in');
  const iterators = parseExpressions(cursor);
  const body = parseLoopBody(cursor);
  return { type: 'for-in', names, iterators, body, range: closeWith(cursor, 'end', opening) };
}

function parseLoopBody(cursor: TokenCursor): Block {
  cursor.expect('do');
  return parseBlock(cursor);
}

/** `function a.b.c:m(…) … end`. */
function parseFunction(cursor: TokenCursor): Statement {
  const opening = cursor.take();
  let target: Expression = parseName(cursor);
  while (cursor.is('.')) {
    cursor.take();
    target = memberOf(cursor, target);
  }
  const isMethod = cursor.accept(':');
  if (isMethod) target = memberOf(cursor, target);
  const body = cursor.functionBody(opening);
  return { type: 'function-statement', target, isMethod, function: body, range: body.range };
}

function memberOf(cursor: TokenCursor, object: Expression): Expression {
  const name = parseName(cursor);
  const range = { start: object.range.start, end: name.range.end };
  return cursor.built({ type: 'member', object, name: name.name, nameRange: name.range, range }, object);
}

function parseAssignmentOrCall(cursor: TokenCursor): Statement {
  const first = parseSuffixed(cursor);
  const start = first.range.start;
  if (!cursor.is('=') && !cursor.is(',')) {
    if (first.type === 'call' || first.type === 'method-call') return { type: 'call-statement', call: first, range: first.range };
    refuseForeignStatement(cursor, first, parseExpression);
    return cursor.fail('BT_DSL_SYNTAX', cursor.current.range, {}, { expected: "'=' or a call" });
  }
  const targets = [first];
  while (cursor.accept(',')) targets.push(parseSuffixed(cursor));
  const equals = cursor.expect('=');
  const bad = targets.find(({ type }) => type !== 'name' && type !== 'member' && type !== 'index');
  if (bad !== undefined) cursor.fail('BT_DSL_SYNTAX', equals.range, { near: "'='" }, { expected: 'a variable before it' });
  const values = parseExpressions(cursor);
  return { type: 'assignment', targets, values, range: { start, end: cursor.lastEnd } };
}
