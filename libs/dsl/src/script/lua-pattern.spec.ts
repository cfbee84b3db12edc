import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import lualib from 'fengari/src/lualib.js';
import { LuaError } from '../lua-error.js';
import { lauxlib, lua } from './fengari.js';
import { findPattern, findPlain, isLiteral } from './lua-pattern.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** What Lua's own string.find answers: start, end and captures, or the text of its error. */
function findByLua(subject: string, pattern: string): string {
  const L = lauxlib.luaL_newstate();
  lualib.luaL_openlibs(L);
  const code = bytes(
    'local s, p = ... local r = table.pack(pcall(string.find, s, p)) for i = 1, r.n do r[i] = tostring(r[i]) end return table.concat(r, "|", 1, r.n)',
  );
  lauxlib.luaL_loadbuffer(L, code, code.length, bytes('=test'));
  lua.lua_pushlstring(L, bytes(subject), bytes(subject).length);
  lua.lua_pushlstring(L, bytes(pattern), bytes(pattern).length);
  lua.lua_call(L, 2, 1);
  return new TextDecoder().decode(lua.lua_tostring(L, -1));
}

function find(subject: string, pattern: string): string {
  try {
    const search = isLiteral(bytes(pattern)) ? findPlain : findPattern;
    const match = search(bytes(subject), bytes(pattern), 0, () => {});
    if (match === undefined) return 'true|nil';
    const captures = match.captures.map((capture) =>
      'position' in capture ? capture.position : new TextDecoder().decode(bytes(subject).subarray(capture.start, capture.end)),
    );
    return ['true', match.start + 1, match.end, ...captures].join('|');
  } catch (error) {
    if (error instanceof LuaError) return `false|${error.message}`;
    throw error;
  }
}

it("finds what Lua's string.find finds", () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '%a',
    '%D',
    '%.',
    '[ab]',
    '[^a]',
    '[a-c%d]',
    '*',
    '+',
    '-',
    '?',
    '(',
    ')',
    '()',
    '%1',
    '%b()',
    '%f[%w]',
    '^',
    '$',
    '[',
    '%',
    ']',
  );
  const subject = fc.array(fc.constantFrom('a', 'b', 'c', '1', '(', ')', ' ', '.'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(subject, fc.array(piece, { maxLength: 5 }), (text, pieces) => {
      // fengari takes the length of a position for that of a text.
      fc.pre(!(pieces.join('').includes('()') && pieces.includes('%1')));
      const outcome = (result: string) => result.replace(/^(false.{30}).*/, '$1');
      expect(outcome(find(text, pieces.join('')))).toBe(outcome(findByLua(text, pieces.join(''))));
    }),
    { numRuns: 300 },
  );
});
