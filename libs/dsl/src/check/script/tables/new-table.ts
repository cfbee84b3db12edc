import type { Expression } from '../../../text/syntax.js';
import type { Findings } from '../../scope/scope.js';

const CONSTANTS: ReadonlySet<Expression['type']> = new Set<Expression['type']>(['string', 'number', 'duration', 'boolean']);

/** `attribute.code == {500, 503}`: a table equals only itself. */
export function newTable({ operator, left, right, range }: Extract<Expression, { type: 'binary' }>, findings: Findings): void {
  if (operator !== '==' && operator !== '~=') return;
  const [table, other] = right.type === 'table' ? [right, left] : [left, right];
  if (table.type !== 'table') return;
  const values = table.items.map(({ key, value }) =>
    key === undefined && CONSTANTS.has(value.type) ? findings.source.slice(value.range) : undefined,
  );
  const subject = findings.source.slice(other.range);
  const isPlain = values.length > 0 && !values.includes(undefined) && (other.type === 'member' || other.type === 'index');
  const [compared, joiner] = operator === '==' ? ['==', ' or '] : ['!=', ' and '];
  const text = isPlain ? `(${values.map((value) => `${subject} ${compared} ${value}`).join(joiner)})` : undefined;
  findings.report('BT_DSL_NEW_TABLE', range, {}, { suggestion: text, fix: text === undefined ? undefined : { range, text } });
}
