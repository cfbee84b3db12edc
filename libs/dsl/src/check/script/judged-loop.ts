import type { Statement } from '../../text/syntax.js';
import type { Findings } from '../scope/scope.js';

/** `for i = 0, #trace.spans do`: lists start at index 1. */
export function judgedLoop({ bounds }: Extract<Statement, { type: 'for' }>, findings: Findings): void {
  const [from, to] = bounds;
  if (from?.type !== 'number' || from.value !== 0) return;
  const last = to?.type === 'binary' && to.operator === '-' ? to.left : to;
  if (last?.type !== 'unary' || last.operator !== '#') return;
  findings.report(
    'BT_DSL_INDEX_ZERO',
    from.range,
    { index: '0' },
    { expected: '1 or more', suggestion: '1', fix: { range: from.range, text: '1' } },
  );
}
