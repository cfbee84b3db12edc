import type { Expression } from '../../text/syntax.js';
import { AGGREGATE_NAMES } from '../../tree/aggregate-traits.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { Resolved } from '../../tree/resolved.js';
import { SANDBOX_LIBRARIES } from '../../vocabulary/lua-names.js';
import { STRING_TEST_FUNCTIONS } from '../../vocabulary/vocabulary.js';
import type { CheckScope } from '../scope/scope.js';
import { stringMethod } from './dotted-method.js';

type Call = Extract<Expression, { type: 'call' }>;

const TESTS: ReadonlySet<string> = new Set(STRING_TEST_FUNCTIONS.map(({ name }) => name));
const LATER: ReadonlySet<string> = new Set(['after', 'isafter', 'startsafter']);
const RELATIVES: ReadonlySet<string> = new Set(['children', 'descendants', 'ancestors']);
const QUESTIONS: ReadonlySet<string> = new Set(['count', 'has', 'all', ...AGGREGATE_NAMES]);

/** Calls in the syntax of other languages: `contains(x, "a")`, `lower(x)`, `d.after(c)`, `count(span.children, c)`. Undefined for all others. */
export function refuseForeignCall(call: Call, scope: CheckScope): Resolved | undefined {
  const { callee } = call;
  if (callee.type === 'name' && !scope.isLocal(callee.name) && scope.span(callee.name) === undefined)
    return bareFunction(call, callee.name, scope);
  if (callee.type !== 'member' || callee.object.type !== 'name') return undefined;
  if (callee.object.name === 'string' && !scope.isLocal('string')) return bareFunction(call, callee.name, scope, callee.nameRange);
  const [other, ...more] = call.args;
  // Fast path: nearly all such calls are functions of the trace.
  if (!scope.isSpanName(callee.object.name) || !LATER.has(plain(callee.name)) || other === undefined || more.length > 0) return undefined;
  scope.span(callee.object.name);
  const text = `${formatExpression(other)}.before(${callee.object.name})`;
  const values = { object: callee.object.name, name: callee.name };
  return scope.findings.refuse(call, 'BT_DSL_UNKNOWN_FUNCTION', callee.nameRange, values, {
    suggestion: text,
    fix: { range: call.range, text },
  });
}

function bareFunction(call: Call, name: string, scope: CheckScope, at = call.callee.range): Resolved | undefined {
  const [subject, pattern, ...more] = call.args;
  if (subject === undefined) return undefined;
  const method = stringMethod(name);
  const isOfLanguage = call.callee.type === 'name';
  const refuse = (text: string): Resolved => {
    const extras = { suggestion: text, fix: { range: call.range, text } };
    if (call.callee.type === 'name') return scope.findings.refuse(call, 'BT_DSL_UNKNOWN_NAME', at, { name }, extras);
    return scope.findings.refuse(call, 'BT_DSL_UNKNOWN_FUNCTION', at, { object: 'string', name }, extras);
  };
  // Works for texts and for lists.
  if (isOfLanguage && LENGTHS.has(name) && pattern === undefined) return refuse(lengthOf(subject));
  if (isOfLanguage && name === 'isinstance' && pattern?.type === 'name' && Object.hasOwn(TYPES, pattern.name))
    return refuse(`type(${formatExpression(subject)}) == "${TYPES[pattern.name]}"`);
  if (method !== undefined && TESTS.has(method) && pattern !== undefined && more.length === 0) {
    return refuse(`${atom(subject)}:${method}(${formatExpression(pattern)})`);
  }
  const isOfString = SANDBOX_LIBRARIES.string?.has(name) === true && call.callee.type === 'name';
  if (isOfString || (method !== undefined && !TESTS.has(method) && pattern === undefined && call.callee.type === 'name')) {
    return refuse(`string.${isOfString ? name : method}(${call.args.map(formatExpression).join(', ')})`);
  }
  if (QUESTIONS.has(name) && subject.type === 'member' && RELATIVES.has(subject.name)) {
    return refuse(`${formatExpression(subject)}.${name}(${call.args.slice(1).map(formatExpression).join(', ') || 'true'})`);
  }
  return undefined;
}

const LENGTHS: ReadonlySet<string> = new Set(['len', 'length', 'strlen', 'size', 'LEN', 'LENGTH']);
/** The types of values, by their names in other languages. */
const TYPES: Readonly<Record<string, string>> = {
  str: 'string',
  String: 'string',
  int: 'number',
  float: 'number',
  Number: 'number',
  bool: 'boolean',
  Boolean: 'boolean',
  list: 'table',
  dict: 'table',
};

/** `#x`; for the spans of the trace and relatives of a span, their count. */
function lengthOf(subject: Expression): string {
  const text = formatExpression(subject);
  if (text === 'trace.spans') return 'trace.span_count';
  return subject.type === 'member' && RELATIVES.has(subject.name) ? `${text}.count(true)` : `#${atom(subject)}`;
}

/** Parenthesizes an expression unless a method can be called on it. */
function atom(expression: Expression): string {
  const text = formatExpression(expression);
  return ['name', 'member', 'index', 'call', 'method-call', 'parenthesized'].includes(expression.type) ? text : `(${text})`;
}

function plain(name: string): string {
  return name.replaceAll('_', '').toLowerCase();
}
