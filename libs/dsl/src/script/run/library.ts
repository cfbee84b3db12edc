import { findPattern, findPlain, isLiteral } from '../../sandbox/library/lua-pattern.js';
import { mergeSort } from '../../sandbox/library/merge-sort.js';
import { CALL_STEPS } from '../../values/lua/budget.js';
import { LIBRARY } from '../../values/lua/library.js';
import { toNumber } from '../../values/lua/lua-arithmetic.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { formatNumber, parseNumeral } from '../../values/lua/lua-number.js';
import { bytesOf, isNumber, utf8Length } from '../../values/lua/lua-value.js';
import type { StringTestName } from '../../values/lua/string-tests.js';
import { stringTest } from '../../values/lua/string-tests.js';
import { cachedPattern } from '../../values/pattern.js';
import type { Value } from '../../values/value.js';
import { LuaTable } from './lua-table.js';
import { OPERATIONS } from './operations.js';
import { BAIL_OUT, bailOut, type ScriptRun } from './script-run.js';

/** The functions that compiled scripts call; each returns its first result only. Unusual arguments are left to the sandbox. */
type LibraryCall = (run: ScriptRun, ...args: readonly unknown[]) => unknown;

function textArgument(run: ScriptRun, value: unknown): string {
  return typeof value === 'string' ? run.text(value) : bailOut();
}

function numberArgument(value: unknown): number {
  return typeof value === 'number' ? value : bailOut();
}

/** Fast for numbers, which are compared without a call; other values use the library of compiled expressions. */
function viaLibrary(name: keyof typeof LIBRARY): LibraryCall {
  const { call } = LIBRARY[name];
  return (run, ...args) => {
    run.spend(args.length);
    if (!args.every((argument) => isNumber(argument as Value))) bailOut();
    return call(args as Value[]);
  };
}

/** `sub` with Lua's positions (from 1, negative from the end) for a text of one-byte characters. */
function sub(run: ScriptRun, value: unknown, first: unknown, last: unknown = -1): string {
  const text = textArgument(run, value);
  if (utf8Length(text) !== text.length) bailOut();
  const from = numberArgument(first);
  const to = numberArgument(last);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to)) bailOut();
  const start = from < 0 ? Math.max(0, text.length + from) : Math.max(0, from - 1);
  return run.text(text.slice(start, Math.max(start, to < 0 ? text.length + to + 1 : to)));
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(run: ScriptRun, bytes: Uint8Array): string {
  try {
    return run.text(strict.decode(bytes));
  } catch {
    throw BAIL_OUT;
  }
}

function search(run: ScriptRun, value: unknown, pattern: unknown, init: unknown, plain: unknown, isFind: boolean): unknown {
  const subject = bytesOf(textArgument(run, value));
  const part = bytesOf(textArgument(run, pattern));
  const place = init === undefined ? 1 : numberArgument(init);
  if (!Number.isSafeInteger(place)) bailOut();
  const from = place < 0 ? Math.max(0, subject.length + place) : Math.max(0, place - 1);
  run.spend(1 + (subject.length >> 4));
  if (from > subject.length) return undefined;
  const spend = (steps: number): void => run.spend(steps);
  const isPlain = isFind && (OPERATIONS.truthy(plain) || isLiteral(part));
  const match = isPlain ? findPlain(subject, part, from, spend) : findPattern(subject, part, from, spend);
  if (match === undefined) return undefined;
  if (isFind) return match.start + 1;
  const capture = match.captures[0] ?? match;
  return 'position' in capture ? capture.position : textOf(run, subject.subarray(capture.start, capture.end));
}

function tostring(run: ScriptRun, value: unknown): string {
  if (typeof value === 'string') return run.text(value);
  run.spend(CALL_STEPS);
  return run.text(
    isNumber(value as Value) ? formatNumber(value as number | bigint) : typeof value === 'boolean' ? String(value) : type(value),
  );
}

function type(value: unknown): string {
  if (value === undefined) return 'nil';
  return typeof value === 'bigint' ? 'number' : typeof value === 'object' ? 'table' : typeof value;
}

function ownTable(value: unknown): LuaTable {
  return value instanceof LuaTable ? value : bailOut();
}

function concat(run: ScriptRun, list: unknown, separator: unknown = ''): string {
  const table = ownTable(list);
  const between = textArgument(run, separator);
  const pieces: string[] = [];
  for (let place = 1; place <= table.length; place++) {
    run.spend(4);
    const item = table.get(place);
    if (typeof item !== 'string' && !isNumber(item as Value)) throw new LuaError(`invalid value (at index ${place}) in table for 'concat'`);
    pieces.push(run.text(typeof item === 'string' ? item : formatNumber(item as number | bigint)));
    run.text(between);
  }
  return pieces.join(between);
}

function insert(_run: ScriptRun, list: unknown, value: unknown): void {
  const table = ownTable(list);
  table.set(table.length + 1, value);
}

function remove(_run: ScriptRun, list: unknown): unknown {
  const table = ownTable(list);
  const { length } = table;
  const item = table.get(length);
  table.set(length, undefined);
  return item;
}

/** Merge sort as in the sandbox: a bounded number of comparisons even with an inconsistent order function. */
function sort(run: ScriptRun, list: unknown, order?: unknown): void {
  const table = ownTable(list);
  const { length } = table;
  run.spend(length * 8);
  const items = Array.from({ length }, (_, place) => table.get(place + 1));
  const before = (a: unknown, b: unknown): boolean => {
    run.spend(5);
    return order === undefined ? OPERATIONS.less(run, a, b) : OPERATIONS.truthy(OPERATIONS.call(run, order, a, b));
  };
  for (const [place, item] of mergeSort(items, before).entries()) table.set(place + 1, item);
}

/** By the names in scripts; string functions also as methods. */
export const LIBRARY_CALLS: Readonly<Record<string, LibraryCall>> = {
  tostring,
  type: (_run, value) => type(value),
  tonumber: (run, value, ...more) => {
    if (more.length > 0) bailOut();
    return typeof value === 'string' ? parseNumeral(run.text(value)) : isNumber(value as Value) ? toNumber(value as Value) : undefined;
  },
  assert: (_run, value) => (OPERATIONS.truthy(value) ? value : bailOut()),
  error: () => bailOut(),
  'string.len': (run, value) => utf8Length(textArgument(run, value)),
  'string.lower': (run, value) => run.text(LIBRARY['string.lower'].call([textArgument(run, value)]) as string),
  'string.upper': (run, value) => run.text(LIBRARY['string.upper'].call([textArgument(run, value)]) as string),
  'string.sub': sub,
  'string.find': (run, value, pattern, init, plain) => search(run, value, pattern, init, plain, true),
  'string.match': (run, value, pattern, init) => search(run, value, pattern, init, undefined, false),
  'table.concat': (run, ...args) => (args.length > 2 ? bailOut() : concat(run, ...(args as [unknown, unknown]))),
  'table.insert': (run, ...args) => (args.length === 2 ? insert(run, args[0], args[1]) : bailOut()),
  'table.remove': (run, ...args) => (args.length === 1 ? remove(run, args[0]) : bailOut()),
  'table.sort': sort,
  'math.abs': viaLibrary('math.abs'),
  'math.ceil': viaLibrary('math.ceil'),
  'math.floor': viaLibrary('math.floor'),
  'math.max': viaLibrary('math.max'),
  'math.min': viaLibrary('math.min'),
  'math.sqrt': (_run, x) => Math.sqrt(numberArgument(x)),
  'math.exp': (_run, x) => Math.exp(numberArgument(x)),
};

/** Functions with more than one result. */
export const SEVERAL_RESULTS: ReadonlySet<string> = new Set(['find', 'match', 'assert']);

/** `object:name(…)`. */
function method(run: ScriptRun, object: unknown, name: string, ...args: readonly unknown[]): unknown {
  if (typeof object === 'string') return (LIBRARY_CALLS[`string.${name}`] ?? bailOut)(run, object, ...args);
  return object instanceof LuaTable ? OPERATIONS.call(run, object.get(name), object, ...args) : bailOut();
}

function testedText(run: ScriptRun, subject: unknown): string {
  if (typeof subject !== 'string') throw new LuaError('attempt to index a value that is not a string');
  return run.text(subject);
}

function matches(run: ScriptRun, subject: unknown, pattern: unknown, isLiteral: boolean): boolean {
  const text = testedText(run, subject);
  const wanted = textArgument(run, pattern);
  if (!isLiteral) bailOut();
  run.spend(text.length * Math.max(1, cachedPattern(wanted).size / 16));
  return stringTest('matches', text, wanted);
}

/** The string tests, as `subject contains pattern`. */
const STRING_TESTS: Readonly<Record<StringTestName, (run: ScriptRun, subject: unknown, pattern: unknown, isLiteral: boolean) => boolean>> =
  {
    contains: (run, subject, pattern) => testedText(run, subject).includes(textArgument(run, pattern)),
    starts_with: (run, subject, pattern) => testedText(run, subject).startsWith(textArgument(run, pattern)),
    ends_with: (run, subject, pattern) => testedText(run, subject).endsWith(textArgument(run, pattern)),
    matches,
  };

/** `math.max(a, b)` and `math.min(a, b)`: of two equal values the first. */
function maximum(run: ScriptRun, a: unknown, b: unknown): unknown {
  return typeof a === 'number' && typeof b === 'number' ? (b > a ? b : a) : LIBRARY_CALLS['math.max']!(run, a, b);
}

function minimum(run: ScriptRun, a: unknown, b: unknown): unknown {
  return typeof a === 'number' && typeof b === 'number' ? (b < a ? b : a) : LIBRARY_CALLS['math.min']!(run, a, b);
}

export const LIBRARY_OPERATIONS = { library: LIBRARY_CALLS, method, ...STRING_TESTS, maximum, minimum };
