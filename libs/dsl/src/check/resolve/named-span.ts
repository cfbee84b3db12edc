import type { Name } from '../../text/syntax.js';
import { SANDBOX_GLOBALS, SANDBOX_LIBRARIES, UNAVAILABLE } from '../../vocabulary/lua-names.js';
import type { Scope } from '../scope/context.js';

const TAKEN: ReadonlySet<string> = new Set(['trace', 'attribute', ...SANDBOX_GLOBALS, ...Object.keys(SANDBOX_LIBRARIES), ...UNAVAILABLE]);

/** Reports a name for a span that means something else already: an outer span would no longer be reachable, a function be hidden. */
export function nameTaken({ name, range }: Name, scope: Scope): boolean {
  const isTaken = TAKEN.has(name) || scope.isSpanName(name);
  if (isTaken) scope.findings.report('BT_DSL_NAME_TAKEN', range, { name }, { suggestion: `${name}2`, expected: 'a new name' });
  return isTaken;
}
