import { ANY, BOOLEAN, NIL, NUMBER, STRING, type TypeSet } from '../types.js';
import type { Value } from '../value.js';
import { toNumber } from './lua-arithmetic.js';
import { LuaError } from './lua-error.js';
import { formatNumber } from './lua-number.js';
import { isNumber, isString, luaType, utf8Length } from './lua-value.js';

/** A pure function of Lua's library that compiled expressions can call; the sandbox has Lua's own. */
export interface LibraryFunction {
  /** The name in a rule: `math.max(a, b)`; for strings also as a method: `x:lower()`. */
  readonly method?: string;
  readonly minimum: number;
  readonly maximum: number;
  /** The type of each argument; the last one repeats. */
  readonly takes: TypeSet;
  readonly returns: TypeSet;
  readonly doc: string;
  readonly example: string;
  /** @throws LuaError on arguments of the wrong type */
  call(args: readonly Value[]): Value;
}

export const LIBRARY = {
  tonumber: {
    minimum: 1,
    maximum: 1,
    takes: ANY,
    returns: NUMBER | NIL,
    doc: 'The number that a string holds, a number itself, nil for anything else.',
    example: 'tonumber(attribute.http.status_code)',
    call: ([value]) => toNumber(value),
  },
  tostring: {
    minimum: 1,
    maximum: 1,
    takes: NIL | BOOLEAN | NUMBER | STRING,
    returns: STRING,
    doc: 'The value as text: `nil`, `true`, `42`, the string itself.',
    example: 'tostring(attribute.user.id)',
    call: ([value]) => textOf(value),
  },
  type: {
    minimum: 1,
    maximum: 1,
    takes: ANY,
    returns: STRING,
    doc: 'The name of the type: `nil`, `boolean`, `number`, `string` or `table`.',
    example: 'type(attribute.user.id) == "string"',
    call: ([value]) => luaType(value),
  },
  'string.lower': {
    method: 'lower',
    minimum: 1,
    maximum: 1,
    takes: STRING | NUMBER,
    returns: STRING,
    doc: 'The string with the letters A to Z in lower case.',
    example: 'attribute.user.role:lower() == "admin"',
    call: ([value]) => text(value, 1, 'lower').replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  },
  'string.upper': {
    method: 'upper',
    minimum: 1,
    maximum: 1,
    takes: STRING | NUMBER,
    returns: STRING,
    doc: 'The string with the letters a to z in upper case.',
    example: 'attribute.http.method:upper() == "DELETE"',
    call: ([value]) => text(value, 1, 'upper').replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  },
  'string.len': {
    method: 'len',
    minimum: 1,
    maximum: 1,
    takes: STRING | NUMBER,
    returns: NUMBER,
    doc: 'The length in bytes of the UTF-8 text, as `#` gives it.',
    example: 'span.name:len() > 100',
    call: ([value]) => (value instanceof Uint8Array ? value.length : utf8Length(text(value, 1, 'len'))),
  },
  'math.floor': { ...rounding('floor', Math.floor, 'The largest integer not above x.'), example: 'math.floor(attribute.score) == 3' },
  'math.ceil': { ...rounding('ceil', Math.ceil, 'The smallest integer not below x.'), example: 'math.ceil(attribute.score) == 4' },
  'math.abs': {
    minimum: 1,
    maximum: 1,
    takes: NUMBER,
    returns: NUMBER,
    doc: 'The absolute value.',
    example: 'math.abs(attribute.clock.offset_ms) > 100',
    call: ([value]) => {
      const x = number(value, 1, 'abs');
      return x < 0 ? (typeof x === 'bigint' ? BigInt.asIntN(64, -x) : -x) : x;
    },
  },
  'math.max': extreme('max', (candidate, best) => candidate > best, 'The largest of its arguments.'),
  'math.min': extreme('min', (candidate, best) => candidate < best, 'The smallest of its arguments.'),
} as const satisfies Readonly<Record<string, LibraryFunction>>;

export type LibraryFunctionName = keyof typeof LIBRARY;

/** The function of a name; undefined if compiled expressions lack it. */
export function libraryFunction(name: string): LibraryFunction | undefined {
  return Object.hasOwn(LIBRARY, name) ? LIBRARY[name as LibraryFunctionName] : undefined;
}

/**
 * Calls a function of the library. As a method (`x:lower()`) it must be one of strings, as in Lua.
 * @throws LuaError
 */
export function callLibrary(name: LibraryFunctionName, args: readonly Value[], isMethod: boolean): Value {
  const [object] = args;
  if (!isMethod || isString(object)) return LIBRARY[name].call(args);
  throw new LuaError(luaType(object) === 'table' ? 'attempt to call a nil value' : `attempt to index a ${luaType(object)} value`);
}

function textOf(value: Value): Value {
  if (isString(value)) return value;
  if (isNumber(value)) return formatNumber(value);
  return typeof value === 'object' ? 'table' : value === undefined ? 'nil' : String(value);
}

function text(value: Value, position: number, name: string): string {
  if (typeof value === 'string') return value;
  if (isNumber(value)) return formatNumber(value);
  if (value instanceof Uint8Array) return String.fromCharCode(...value);
  throw badArgument(value, position, name, 'string');
}

function number(value: Value, position: number, name: string): number | bigint {
  const converted = toNumber(value);
  if (converted === undefined) throw badArgument(value, position, name, 'number');
  return converted;
}

function badArgument(value: Value, position: number, name: string, wanted: string): LuaError {
  return new LuaError(`bad argument #${position} to '${name}' (${wanted} expected, got ${value === undefined ? 'nil' : luaType(value)})`);
}

function rounding(name: string, round: (x: number) => number, doc: string): Omit<LibraryFunction, 'example'> {
  return {
    minimum: 1,
    maximum: 1,
    takes: NUMBER,
    returns: NUMBER,
    doc,
    call: ([value]) => {
      const x = number(value, 1, name);
      return typeof x === 'bigint' ? x : round(x) + 0;
    },
  };
}

function extreme(name: string, better: (candidate: number | bigint, best: number | bigint) => boolean, doc: string): LibraryFunction {
  return {
    minimum: 1,
    maximum: 8,
    takes: NUMBER,
    returns: NUMBER,
    doc,
    example: `math.${name}(attribute.a, attribute.b) > 10`,
    call: (args) => {
      let best = number(args[0], 1, name);
      args.forEach((argument, index) => {
        const candidate = number(argument, index + 1, name);
        if (better(candidate, best)) best = candidate;
      });
      return best;
    },
  };
}
