// fengari's modules have circular imports that only work if lua.js loads first.
import 'fengari/src/lua.js';

import lauxlib from 'fengari/src/lauxlib.js';
import { TString } from 'fengari/src/lstring.js';
import lua, { type CFunction, type LuaState } from 'fengari/src/lua.js';

export { type CFunction, type LuaState, lauxlib, lua };

const HEXADECIMAL = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const SHORT = 64;
const PIECE = 8_192;

/** Interns the keys of long strings, so that finding one again compares no characters. Cleared at each evaluation. */
const keys = new Map<string, string>();

export function forgetKeys(): void {
  keys.clear();
}

/**
 * The key of a string in fengari's tables. fengari's own key writes bytes below 16 as one digit, so `"\f:1"` and `"\xc3\xa3\1"` would collide. It is
 * also a hundred times slower for long strings.
 */
Object.defineProperty(TString.prototype, 'hash', {
  get(this: TString & { key?: string }): string {
    this.key ??= this.realstring.length <= SHORT ? shortKey(this.realstring) : longKey(this.realstring);
    return this.key;
  },
  set(): void {},
});

/** fengari's own format, which it requires for the keywords of Lua. */
function shortKey(bytes: Uint8Array): string {
  let key = '|';
  for (const byte of bytes) key += HEXADECIMAL[byte];
  return key;
}

/** `apply` passes the bytes at once; spread would iterate over them. */
const fromBytes = (bytes: Uint8Array): string => Reflect.apply(String.fromCharCode, undefined, bytes as unknown as readonly number[]);

function longKey(bytes: Uint8Array): string {
  let key = '"';
  for (let at = 0; at < bytes.length; at += PIECE) key += fromBytes(bytes.subarray(at, at + PIECE));
  const existing = keys.get(key);
  if (existing !== undefined) return existing;
  keys.set(key, key);
  return key;
}
