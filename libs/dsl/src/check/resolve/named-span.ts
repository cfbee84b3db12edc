import type { Name } from '../../text/syntax.js';
import { SANDBOX_GLOBALS, SANDBOX_LIBRARIES, UNAVAILABLE } from '../../vocabulary/lua-names.js';
import type { CheckScope } from '../scope/scope.js';

const TAKEN: ReadonlySet<string> = new Set(['trace', 'attribute', ...SANDBOX_GLOBALS, ...Object.keys(SANDBOX_LIBRARIES), ...UNAVAILABLE]);

/** Reports a span name that is already in use: it would hide an outer span or a function. */
export function nameTaken({ name, range }: Name, scope: CheckScope): boolean {
  const isTaken = TAKEN.has(name) || scope.isSpanName(name);
  if (isTaken) scope.findings.report('BT_DSL_NAME_TAKEN', range, { name }, { suggestion: `${name}2`, expected: 'a new name' });
  return isTaken;
}
