import type { Budget } from '../../values/lua/budget.js';
import { LuaError } from '../../values/lua/lua-error.js';
import type { Bridge } from '../bridge/bridge.js';
import { lua } from '../bridge/fengari.js';
import {
  badArgument,
  bytesArgument,
  type CFunction,
  functionArgument,
  guarded,
  integerArgument,
  joinBytes,
  type LuaState,
  MAX_RESULTS,
  numberArgument,
  payloadAt,
  pushBytes,
  setFunction,
  typeAt,
} from '../bridge/stack.js';
import { tostringBytes } from './base-functions.js';
import { type Capture, findPattern, findPlain, isLiteral, type PatternMatch } from './lua-pattern.js';
import { formatString } from './string-format.js';

/** Adds Lua's string library (bytes, positions from 1) to the table on top of the stack. Every function that creates a string charges it. */
export function addStringFunctions(L: LuaState, bridge: Bridge, budget: Budget): void {
  const spend = (steps: number) => budget.spend(steps);
  const give = (bytes: Uint8Array): number => {
    budget.allocate(bytes.length);
    pushBytes(L, bytes);
    return 1;
  };
  const scanned = (name: string): Uint8Array => {
    const text = bytesArgument(L, 1, name);
    budget.scan(text.length);
    return text;
  };
  const functions: Readonly<Record<string, CFunction>> = {
    len: () => {
      lua.lua_pushnumber(L, bytesArgument(L, 1, 'len').length);
      return 1;
    },
    sub: () => {
      const text = bytesArgument(L, 1, 'sub');
      const [start, end] = range(text.length, integerArgument(L, 2, 'sub', 1), integerArgument(L, 3, 'sub', -1));
      return give(text.slice(start, end));
    },
    lower: () => give(scanned('lower').map((code) => (code >= 65 && code <= 90 ? code + 32 : code))),
    upper: () => give(scanned('upper').map((code) => (code >= 97 && code <= 122 ? code - 32 : code))),
    reverse: () => give(scanned('reverse').slice().reverse()),
    rep: () => {
      pushBytes(L, repeat(L, budget));
      return 1;
    },
    byte: () => {
      const text = bytesArgument(L, 1, 'byte');
      const first = integerArgument(L, 2, 'byte', 1);
      const [start, end] = range(text.length, first, integerArgument(L, 3, 'byte', first));
      if (end - start > MAX_RESULTS) budget.refuse('string slice too long');
      budget.spend(end - start);
      lua.lua_checkstack(L, end - start);
      for (let at = start; at < end; at++) lua.lua_pushnumber(L, text[at] ?? 0);
      return Math.max(0, end - start);
    },
    char: () => {
      budget.spend(lua.lua_gettop(L));
      const codes = Array.from({ length: lua.lua_gettop(L) }, (_, index) => {
        const code = integerArgument(L, index + 1, 'char');
        if (code < 0 || code > 255) throw new LuaError(`bad argument #${index + 1} to 'char' (value out of range)`);
        return code;
      });
      return give(Uint8Array.from(codes));
    },
    format: () => give(format(L, bridge, budget)),
    find: () => find(L, true, spend),
    match: () => find(L, false, spend),
    gmatch: () => gmatch(L, budget),
    gsub: () => gsub(L, bridge, budget),
  };
  for (const [name, f] of Object.entries(functions)) setFunction(L, budget, name, f);
}

/** Converts Lua's [first, last] (from 1, negative from the end) to a half-open range of offsets. */
function range(length: number, first: number, last: number): readonly [number, number] {
  const from = first < 0 ? Math.max(1, length + first + 1) : Math.max(1, first);
  const to = last < 0 ? length + last + 1 : Math.min(last, length);
  return [from - 1, Math.max(from - 1, to)];
}

function repeat(L: LuaState, budget: Budget): Uint8Array {
  const text = bytesArgument(L, 1, 'rep');
  const count = Math.max(0, integerArgument(L, 2, 'rep'));
  const separator = lua.lua_type(L, 3) > lua.LUA_TNIL ? bytesArgument(L, 3, 'rep') : new Uint8Array();
  const length = count === 0 ? 0 : count * text.length + (count - 1) * separator.length;
  budget.allocate(length);
  budget.spend(Math.min(count, Number.MAX_SAFE_INTEGER) / 16);
  const repeated = new Uint8Array(length);
  if (length === 0) return repeated;
  const period = text.length + separator.length;
  repeated.set(text);
  if (count > 1) repeated.set(separator, text.length);
  // Appends a copy of the current text to itself, which doubles it each time.
  for (let at = period; at < length; at *= 2) repeated.copyWithin(at, 0, at);
  return repeated;
}

function format(L: LuaState, bridge: Bridge, budget: Budget): Uint8Array {
  const bytes = bytesArgument(L, 1, 'format');
  budget.spend(bytes.length / 2);
  const pattern = latin1(bytes);
  const text = formatString(pattern, {
    integer: (index) => {
      budget.spend(20);
      const payload = payloadAt(L, index);
      return typeof payload === 'bigint' ? payload : BigInt(integerArgument(L, index, 'format'));
    },
    double: (index) => {
      budget.spend(200);
      return numberArgument(L, index, 'format');
    },
    text: (index) => {
      if (lua.lua_gettop(L) < index) throw badArgument(L, index, 'format', 'string');
      const bytes = tostringBytes(L, bridge, index);
      budget.allocate(bytes.length);
      budget.spend(20 + bytes.length / 2);
      return latin1(bytes);
    },
  });
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Bytes as a string of characters 0 to 255, so that text functions count bytes. */
function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const code of bytes) text += String.fromCharCode(code);
  return text;
}

function find(L: LuaState, isFind: boolean, spend: (steps: number) => void): number {
  const name = isFind ? 'find' : 'match';
  const subject = bytesArgument(L, 1, name);
  const pattern = bytesArgument(L, 2, name);
  const init = integerArgument(L, 3, name, 1);
  const from = init < 0 ? Math.max(0, subject.length + init) : Math.max(0, init - 1);
  spend(1 + (subject.length >> 4));
  if (from > subject.length) {
    lua.lua_pushnil(L);
    return 1;
  }
  const isPlain = isFind && (lua.lua_toboolean(L, 4) || isLiteral(pattern));
  const match = isPlain ? findPlain(subject, pattern, from, spend) : findPattern(subject, pattern, from, spend);
  if (match === undefined) {
    lua.lua_pushnil(L);
    return 1;
  }
  if (!isFind) return pushCaptures(L, subject, match, true);
  lua.lua_pushnumber(L, match.start + 1);
  lua.lua_pushnumber(L, match.end);
  return 2 + pushCaptures(L, subject, match, false);
}

/** Pushes the captures, or the whole match if there are none and `whole` is set. */
function pushCaptures(L: LuaState, subject: Uint8Array, match: PatternMatch, whole: boolean): number {
  const captures: readonly Capture[] = match.captures.length === 0 && whole ? [match] : match.captures;
  lua.lua_checkstack(L, captures.length + 1);
  for (const capture of captures) pushCapture(L, subject, capture);
  return captures.length;
}

function pushCapture(L: LuaState, subject: Uint8Array, capture: Capture): void {
  if ('position' in capture) lua.lua_pushnumber(L, capture.position);
  else pushBytes(L, subject.slice(capture.start, capture.end));
}

function gmatch(L: LuaState, budget: Budget): number {
  const spend = (steps: number) => budget.spend(steps);
  const subject = bytesArgument(L, 1, 'gmatch');
  const pattern = bytesArgument(L, 2, 'gmatch');
  let from = 0;
  const step: CFunction = () => {
    if (from > subject.length) return 0;
    const match = findPattern(subject, pattern, from, spend);
    if (match === undefined) {
      from = subject.length + 1;
      return 0;
    }
    from = match.end === match.start ? match.end + 1 : match.end;
    return pushCaptures(L, subject, match, true);
  };
  lua.lua_pushcfunction(L, guarded(budget, step));
  return 1;
}

function gsub(L: LuaState, bridge: Bridge, budget: Budget): number {
  const subject = bytesArgument(L, 1, 'gsub');
  const pattern = bytesArgument(L, 2, 'gsub');
  const kind = typeAt(L, 3);
  if (kind !== 'string' && kind !== 'number' && kind !== 'table') {
    if (kind !== 'function') throw new LuaError(`bad argument #3 to 'gsub' (string/function/table expected)`);
    functionArgument(L, 3, 'gsub');
  }
  const limit = integerArgument(L, 4, 'gsub', Number.MAX_SAFE_INTEGER);
  const pieces: Uint8Array[] = [];
  let at = 0;
  let count = 0;
  let from = 0;
  while (count < limit) {
    const match = findPattern(subject, pattern, from, (steps) => budget.spend(steps));
    if (match === undefined) break;
    count++;
    budget.spend(20);
    pieces.push(subject.subarray(at, match.start), replacement(L, bridge, budget, kind, subject, match));
    at = match.end;
    budget.allocate(pieces.at(-1)?.length ?? 0);
    from = match.end === match.start ? match.end + 1 : match.end;
    if (from > subject.length || pattern[0] === '^'.charCodeAt(0)) break;
  }
  pieces.push(subject.subarray(at));
  const joined = joinBytes(pieces);
  budget.allocate(joined.length);
  pushBytes(L, joined);
  lua.lua_pushnumber(L, count);
  return 2;
}

function replacement(L: LuaState, bridge: Bridge, budget: Budget, kind: string, subject: Uint8Array, match: PatternMatch): Uint8Array {
  const whole = subject.subarray(match.start, match.end);
  const first = match.captures[0] ?? match;
  if (kind === 'string' || kind === 'number') return expand(bytesArgument(L, 3, 'gsub'), subject, match, budget);
  lua.lua_pushvalue(L, 3);
  if (kind === 'table') {
    pushCapture(L, subject, first);
    lua.lua_gettable(L, -2);
    lua.lua_remove(L, -2);
  } else {
    lua.lua_call(L, pushCaptures(L, subject, match, true), 1);
  }
  const result = lua.lua_toboolean(L, -1) ? undefined : whole;
  const type = typeAt(L, -1);
  if (result === undefined && type !== 'string' && type !== 'number') throw new LuaError(`invalid replacement value (a ${type})`);
  const bytes = result ?? tostringBytes(L, bridge, lua.lua_gettop(L));
  lua.lua_pop(L, 1);
  return bytes;
}

/** `%0` … `%9` and `%%` in a replacement text. */
function expand(text: Uint8Array, subject: Uint8Array, match: PatternMatch, budget: Budget): Uint8Array {
  const pieces: Uint8Array[] = [];
  budget.scan(text.length);
  for (let at = 0; at < text.length; at++) {
    const percent = text.indexOf(37, at);
    if (percent !== at) {
      pieces.push(text.subarray(at, percent === -1 ? text.length : percent));
      if (percent === -1) break;
      at = percent;
    }
    budget.spend(2);
    const code = text[++at] ?? 0;
    if (code === 37) pieces.push(text.subarray(at, at + 1));
    else if (code === 48) pieces.push(subject.subarray(match.start, match.end));
    else if (code > 48 && code <= 57) {
      const capture = match.captures[code - 49] ?? (code === 49 ? match : undefined);
      if (capture === undefined) throw new LuaError(`invalid capture index %${code - 48} in replacement string`);
      pieces.push(
        'position' in capture ? new TextEncoder().encode(String(capture.position)) : subject.subarray(capture.start, capture.end),
      );
    } else throw new LuaError("invalid use of '%' in replacement string");
  }
  return joinBytes(pieces);
}
