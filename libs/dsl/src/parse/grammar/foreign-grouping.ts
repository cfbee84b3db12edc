import type { Expression } from '../../text/syntax.js';
import type { TokenCursor } from '../../text/token-cursor.js';

/** `trace.count(c) by (attribute.user.id)`, `sum by (service) (…)`: the language groups by the values of a field. */
export function refuseGrouping(cursor: TokenCursor, left: Expression, parse: (cursor: TokenCursor) => Expression): void {
  const { start } = cursor.current.range;
  const found = cursor.take().text;
  const isGroup = cursor.current.text.toLowerCase() === 'by';
  if (isGroup) cursor.take();
  if (!cursor.is('(') && cursor.current.kind !== 'name') return;
  const isOpen = cursor.accept('(');
  const key = cursor.current.kind === 'name' ? parse(cursor) : undefined;
  const end = isOpen && cursor.is(')') ? cursor.take().range.end : cursor.lastEnd;
  const instead = 'trace.max_count(attribute.…, …)';
  const condition = key === undefined ? undefined : countedCondition(left);
  const isField = key?.type === 'member' || key?.type === 'index';
  // Only `>` has an equivalent: some group exceeds the number. `<` would include groups without spans.
  const isMore = cursor.is('>') || cursor.is('>=');
  const text = condition === undefined || !isField || !isMore ? undefined : greatestGroup(cursor, key, condition);
  const range = text === undefined ? { start, end } : { start: left.range.start, end };
  const expected =
    'trace.max_count(field, condition), the spans of the largest group, or trace.distinct(field, condition), how many groups there are';
  const fix = text === undefined ? {} : { suggestion: text, fix: { range, text } };
  cursor.fail('BT_DSL_FOREIGN_OPERATOR', range, { found: isGroup ? `${found} by` : found, instead }, { expected, ...fix });
}

function greatestGroup(cursor: TokenCursor, key: Expression, condition: Expression): string {
  return `trace.max_count(${cursor.source.slice(key.range)}, ${cursor.source.slice(condition.range)})`;
}

/** The condition of `count(c)` and `trace.count(c)`. */
function countedCondition(left: Expression): Expression | undefined {
  if (left.type !== 'call' || left.args.length !== 1) return undefined;
  const { callee } = left;
  const isOfTrace = callee.type === 'member' && callee.object.type === 'name' && callee.object.name === 'trace';
  const name = isOfTrace ? callee.name : callee.type === 'name' ? callee.name.toLowerCase() : '';
  const [condition] = left.args;
  return name === 'count' && condition?.type !== 'named-condition' ? condition : undefined;
}
