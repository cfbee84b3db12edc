import type { Resolved } from '../tree/resolved.js';
import type { CheckedExpression } from '../tree/rule.js';

/**
 * The rule such that the order of operands of `and` and `or` does not matter. In Lua the first operand that fails ends the evaluation. Here the other one is
 * evaluated too: if it decides (false for `and`, true for `or`), the failure does not matter. This is for rules that report their errors (`onError`), which
 * must not depend on the order of operands. All other rules are evaluated as in Lua.
 */
export function unordered(checked: CheckedExpression): CheckedExpression {
  return { ...checked, resolved: copyOf(checked.resolved) as Resolved };
}

/** The content of a tree: nodes, the spans that they read, lists of both. Texts and programs are shared. */
function copyOf(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(copyOf);
  if (typeof part !== 'object' || part === null) return part;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(part)) copy[name] = SHARED.has(name) ? value : copyOf(value);
  if (copy['type'] === 'logical') copy['unordered'] = true;
  return copy;
}

const SHARED: ReadonlySet<string> = new Set(['syntax', 'compiled']);
