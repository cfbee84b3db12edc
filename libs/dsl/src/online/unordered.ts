import type { Resolved } from '../tree/resolved.js';
import type { CheckedExpression } from '../tree/rule.js';

/**
 * The rule, such that the order in which operands of `and` and `or` are written says nothing. In Lua the first operand that fails ends the
 * evaluation. Here the other one is asked too: if it settles the answer (false for `and`, true for `or`), that is the answer, and the failure
 * does not matter. For rules that tell their errors (`onError`): what is told must not hang on who wrote which operand first. All other rules
 * are evaluated as Lua does.
 */
export function unordered(checked: CheckedExpression): CheckedExpression {
  return { ...checked, resolved: copyOf(checked.resolved) as Resolved };
}

/** Of what a tree is made: nodes, the spans that they read, lists of both. Texts and programs are shared. */
function copyOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(copyOf);
  if (typeof part !== 'object' || part === null) return part;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(part)) copy[name] = SHARED.has(name) ? value : copyOf(value);
  if (copy['type'] === 'logical') copy['unordered'] = true;
  return copy;
}

const SHARED: ReadonlySet<string> = new Set(['syntax', 'compiled']);
