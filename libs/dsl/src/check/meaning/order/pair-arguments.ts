import { formatExpression } from '../../../tree/format-expression.js';
import type { SpanOrderTest, TracePair } from '../../../tree/resolved.js';
import type { Findings } from '../../scope/scope.js';

const LAST: Readonly<Partial<Record<TracePair['relation'], { readonly which: string; readonly where: string }>>> = {
  follows: { which: 'last', where: 'after' },
  preceded: { which: 'first', where: 'before' },
};

/** `trace.follows(a, a)`: no a follows the last one. */
export function sameConditions({ relation, first, second, syntax }: TracePair, findings: Findings): void {
  const last = LAST[relation];
  const { source } = findings;
  if (last === undefined || source.slice(first.syntax.range) !== source.slice(second.syntax.range)) return;
  findings.report('BT_DSL_SAME_CONDITIONS', syntax.range, { name: `trace.${relation}`, ...last }, { expected: 'two conditions' });
}

/** The clock skew of maintained hosts stays below this, in nanoseconds. */
const MAX_TOLERANCE_NS = 10_000_000_000;

/** `trace.before(a, b, 1h)`: the last argument is a clock tolerance. */
export function longTolerance(node: TracePair | SpanOrderTest, findings: Findings): void {
  const { tolerance } = node;
  if (tolerance?.type !== 'literal' || typeof tolerance.value !== 'number' || tolerance.value <= MAX_TOLERANCE_NS) return;
  const name = node.type === 'trace-pair' ? `trace.${node.relation}` : 'before';
  const shown = formatExpression(tolerance.syntax);
  const expected = 'the difference between clocks, as 10ms; trace.follows and trace.preceded take a deadline';
  findings.report('BT_DSL_TOLERANCE', tolerance.syntax.range, { shown, name }, { expected });
}
