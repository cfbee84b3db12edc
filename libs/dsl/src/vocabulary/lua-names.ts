/** The part of Lua's library that scripts have, by table. The checker accepts nothing else. */
export const SANDBOX_GLOBALS: ReadonlySet<string> = new Set([
  'assert',
  'error',
  'ipairs',
  'next',
  'pairs',
  'pcall',
  'select',
  'tonumber',
  'tostring',
  'type',
]);

export const SANDBOX_LIBRARIES: Readonly<Record<string, ReadonlySet<string>>> = {
  string: new Set(['byte', 'char', 'find', 'format', 'gmatch', 'gsub', 'len', 'lower', 'match', 'rep', 'reverse', 'sub', 'upper']),
  table: new Set(['concat', 'insert', 'remove', 'sort', 'unpack']),
  math: new Set([
    'abs',
    'ceil',
    'exp',
    'floor',
    'fmod',
    'huge',
    'log',
    'max',
    'maxinteger',
    'min',
    'mininteger',
    'modf',
    'pi',
    'sqrt',
    'tointeger',
    'type',
  ]),
};

/** Constants among them; all others are functions. */
export const LIBRARY_CONSTANTS: ReadonlySet<string> = new Set(['math.huge', 'math.pi', 'math.maxinteger', 'math.mininteger']);

/** Parts of Lua that rules cannot reach. */
export const UNAVAILABLE: ReadonlySet<string> = new Set([
  '_G',
  '_ENV',
  'collectgarbage',
  'coroutine',
  'debug',
  'dofile',
  'getmetatable',
  'io',
  'load',
  'loadfile',
  'loadstring',
  'module',
  'os',
  'package',
  'print',
  'rawequal',
  'rawget',
  'rawlen',
  'rawset',
  'require',
  'setmetatable',
  'utf8',
  'warn',
  'xpcall',
  'js',
]);

/** Names of other languages for nil, true and false. */
const WORDS: ReadonlySet<string> = new Set(['null', 'nil', 'none', 'undefined', 'true', 'false']);

/** The name has a meaning here regardless of named spans, or is known from other languages. */
export function isKnownName(name: string): boolean {
  return (
    name === 'trace' ||
    name === 'attribute' ||
    SANDBOX_GLOBALS.has(name) ||
    Object.hasOwn(SANDBOX_LIBRARIES, name) ||
    UNAVAILABLE.has(name) ||
    WORDS.has(name.toLowerCase())
  );
}

/** Every name a rule can begin with, for suggestions. */
export function knownNames(): string[] {
  return ['span', 'trace', 'attribute', ...SANDBOX_GLOBALS, ...Object.keys(SANDBOX_LIBRARIES)];
}
