import type { Expression } from '../../text/syntax.js';
import type { Resolved } from '../../tree/resolved.js';
import type { CheckScope } from '../scope/scope.js';

type Call = Extract<Expression, { type: 'call' }>;

/** The string methods, by their names in other languages. */
const METHODS: Readonly<Record<string, string>> = {
  contains: 'contains',
  includes: 'contains',
  startswith: 'starts_with',
  hasprefix: 'starts_with',
  endswith: 'ends_with',
  hassuffix: 'ends_with',
  matches: 'matches',
  test: 'matches',
  lower: 'lower',
  tolowercase: 'lower',
  upper: 'upper',
  touppercase: 'upper',
  len: 'len',
};

const COLLECTIONS: ReadonlySet<string> = new Set(['children', 'descendants', 'ancestors', 'spans', 'parent', 'root']);

/** `span.name.contains("x")`: a method of a string is called with a colon. */
export function isDottedMethod({ callee }: Call): boolean {
  if (callee.type !== 'member') return false;
  const { object } = callee;
  // After a bare name it is a library function (`string.lower`); after a collection of spans, a quantifier.
  if (object.type === 'name' || (object.type === 'member' && COLLECTIONS.has(object.name))) return false;
  return stringMethod(callee.name) !== undefined;
}

export function refuseDottedMethod(call: Call, scope: CheckScope): Resolved {
  const callee = call.callee as Extract<Expression, { type: 'member' }>;
  const method = `:${stringMethod(callee.name) ?? callee.name}`;
  const range = { start: callee.object.range.end, end: callee.range.end };
  const extras = { suggestion: method, fix: { range, text: method } };
  return scope.findings.refuse(call, 'BT_DSL_UNKNOWN_FUNCTION', callee.nameRange, { object: 'a string', name: callee.name }, extras);
}

/** The name of a string method in this language. */
export function stringMethod(name: string): string | undefined {
  const key = name.replaceAll('_', '').toLowerCase();
  return Object.hasOwn(METHODS, key) ? METHODS[key] : undefined;
}
