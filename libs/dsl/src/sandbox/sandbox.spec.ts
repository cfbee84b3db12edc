import { describe, expect, it } from '@jest/globals';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { interpret } from '../interpret/interpret.js';
import { parse } from '../parse/parse.js';
import { Source } from '../text/source.js';
import type { TraceView } from '../trace/span-view.js';
import { DEFAULT_TIMEOUT, limitsOf } from '../values/lua/budget.js';
import { LuaError } from '../values/lua/lua-error.js';
import { luaText } from './bridge/lua-text.js';
import { ScriptProgram } from './sandbox.js';

/** Runs statements without the checker, so that attacks reach the sandbox. */
function program(text: string, steps?: number): ScriptProgram {
  const limits = limitsOf(DEFAULT_TIMEOUT);
  const { syntax, diagnostics } = parse(text);
  if (syntax === undefined) throw new Error(`test text: ${diagnostics[0]?.message}`);
  if (syntax.kind === 'script')
    return new ScriptProgram(luaText(new Source(text), syntax.block), { ...limits, steps: steps ?? limits.steps });
  const { expression } = syntax;
  return new ScriptProgram(luaText(new Source(text), [{ type: 'return', values: [expression], range: expression.range }]));
}

function run(text: string, spans: readonly PlainSpan[] = [{}]): boolean {
  const views = spans.map(viewOf);
  const [subject] = views;
  return program(text).evaluate({ trace: { id: 't', spans: views, complete: true }, ...(subject === undefined ? {} : { subject }) });
}

function errorOf(text: string, spans: readonly PlainSpan[] = [{}]): string {
  try {
    return `returned ${run(text, spans)}`;
  } catch (error) {
    if (error instanceof LuaError) return error.message;
    throw error;
  }
}

describe('scripts', () => {
  const shop: PlainSpan[] = [
    {
      id: 'a',
      name: 'checkout',
      service: 'shop',
      duration: 3_000_000_000,
      attributes: { 'http.status_code': 500, big: 9007199254740993n },
    },
    { id: 'b', parentId: 'a', name: 'charge', service: 'payment', duration: 1_000_000, attributes: { 'order.id': 'x', tags: ['p', 'q'] } },
    { id: 'c', parentId: 'a', name: 'charge', service: 'payment', duration: 2_000_000, attributes: { 'order.id': 'x' } },
  ];

  it.each([
    ['loops over spans', 'local sum = 0 for _, s in ipairs(trace.spans) do sum = sum + s.duration end return sum == 3003000000'],
    ['knows durations', 'local limit = 2.5s return span.duration > limit'],
    ['reads attributes by dots', 'local s = span return s.attributes.http.status_code == 500 and attribute.http.status_code == 500'],
    ['asks the trace with a condition', 'local n = trace.count(span.name == "charge") return n == 2 and tostring(n) == "2"'],
    ['asks the trace with a function', 'return trace.has(function(s) return s.name == "charge" and s.parent_id == span.id end)'],
    [
      'groups by value',
      'local seen = {} for _, s in ipairs(trace.spans) do local o = s.attributes["order.id"] if o then if seen[o] then return true end seen[o] = s end end return false',
    ],
    ['uses spans as keys', 'local t = {} t[trace.spans[2]] = 7 return t[trace.spans[2]] == 7 and trace.spans[1] == trace.root'],
    [
      'keeps 64 bits',
      'return attribute.big == 9007199254740993 and attribute.big ~= 9007199254740992 and attribute.big - 9007199254740992 == 1',
    ],
    ['orders 64 bits', 'local b = attribute.big return b > 9007199254740992 and b < 9007199254740994 and 1 < b and b >= b'],
    [
      'does not wrap at 32 bits',
      'local a = 2000000000 return a + a == 4000000000 and a * a == 4000000000000000000 and 1 << 40 == 1099511627776',
    ],
    ['wraps at 64 bits', 'local m = math.maxinteger return m + 1 == math.mininteger'],
    ['writes integers without a fraction', 'local x = 6 / 2 return "n=" .. x == "n=3" and tostring(2^53) == "9.007199254741e+15"'],
    ['counts bytes', 'local s = "é" return #s == 2 and s:len() == 2 and s:byte(1) == 195'],
    [
      'tests strings',
      'local n = span.name return n contains "eck" and n:starts_with("ch") and n matches "^c.*t$" and not (n ends_with "x")',
    ],
    [
      'knows Lua patterns',
      'local a, b = ("key=value"):match("(%w+)=(%w+)") return a == "key" and b == "value" and ("a,b"):gsub(",", ";") == "a;b"',
    ],
    [
      'iterates attributes',
      'local n = 0 for k, v in pairs(trace.spans[2].attributes) do n = n + 1 end return n == 2 and next(span.attributes) ~= nil',
    ],
    ['reads lists', 'local t = trace.spans[2].attributes.tags return #t == 2 and t[1] == "p" and table.concat(t, "-") == "p-q"'],
    [
      'repeats strings with what lies between',
      'return ("ab"):rep(5, ",") == "ab,ab,ab,ab,ab" and ("x"):rep(1, ",") == "x" and (""):rep(3, "-") == "--" and ("x"):rep(0) == "" and ("x"):rep(3) == "xxx"',
    ],
    ['sorts', 'local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return table.concat(t) == "321"'],
    ['formats', 'return string.format("%d %05.1f %s %x %q", 3, 2.25, "a", 255, "b") == "3 002.2 a ff \\"b\\""'],
    ['calls functions of its own', 'local function f(n) if n == 0 then return 0 end return n + f(n - 1) end return f(50) == 1275'],
    ['handles errors', 'local ok, message = pcall(function() return nil + 1 end) return not ok and message contains "arithmetic on a nil"'],
    ['knows the types', 'return type(span) == "table" and type(attribute.big) == "number" and math.type(attribute.big) == "integer"'],
    ['compares across 2^53', 'local a, b, c = 2 ^ 53, attribute.big, 9007199254740992 return a == c and not (a < c) and a <= c and a < b'],
    ['orders strings by bytes', 'local a, b = "a\\nb", "a b" return a < b and b > a and a <= b and not (a >= b)'],
    ['keeps strings apart as keys', 'local t = {} t["\\f:1"] = 1 local k = "\\xc3\\xa3\\1" return t[k] == nil and t["\\f:" .. "1"] == 1'],
    [
      'keeps long strings apart as keys',
      'local t = {} t[("x"):rep(1000)] = 1 return t[("x"):rep(1000)] == 1 and t[("x"):rep(1001)] == nil and t[("x"):rep(999) .. "y"] == nil',
    ],
    ['has for with numbers', 'local s = 0 for i = 1, 10, 2 do s = s + i end return s == 25'],
    [
      'has repeat and while',
      'local i = 0 repeat local j = i i = i + 1 until j >= 3 while i < 10 do i = i + 1 if i == 8 then break end end return i == 8',
    ],
    ['has varargs', 'local function f(...) return select("#", ...), ... end local n, a = f(5, 6) return n == 2 and a == 5'],
    ['has methods', 'local o = { n = 1 } function o:add(k) self.n = self.n + k return self end return o:add(2):add(3).n == 6'],
  ])('%s', (_title, text) => {
    const result = check(text);
    expect(result.diagnostics).toEqual([]);
    expect(run(text, shop)).toBe(true);
  });

  it('starts each evaluation with fresh globals', () => {
    const counter = program('n = (n or 0) + 1 return n == 1');
    const trace = { id: 't', spans: [], complete: true };
    expect([counter.evaluate({ trace }), counter.evaluate({ trace })]).toEqual([true, true]);
  });

  it('reports the spans on which a condition fails, and continues', () => {
    const errors: string[] = [];
    const spans = [{}, { attributes: { n: 7 } }].map(viewOf);
    const onSpanError = (_span: unknown, error: LuaError) => errors.push(error.message);
    const found = program('local limit = 5 return trace.has(attribute.n > limit)').evaluate({
      trace: { id: 't', spans, complete: true },
      onSpanError,
    });
    expect([found, errors]).toEqual([true, ['rule:1: attempt to compare number with nil']]);
  });

  it('names the line of an error', () => {
    expect(errorOf('local a = 1\n\nreturn a + nil')).toBe('rule:3: attempt to perform arithmetic on a nil value');
  });
});

describe('the budget', () => {
  it('of an evaluation is independent of earlier ones, which a successor of this process did not run', () => {
    const loop = (turns: number): string => `for i = 1, ${turns} do end return true`;
    const ends = (script: ScriptProgram): boolean => {
      try {
        return script.evaluate({ trace: { id: 't', spans: [], complete: true } });
      } catch (error) {
        if (error instanceof LuaError) return false;
        throw error;
      }
    };
    const outcomes = Array.from({ length: 40 }, (_, n) => {
      const text = loop(1_500 + 50 * n);
      const [fresh, used] = [program(text, 2_500), program(text, 2_500)];
      return { n, fresh: ends(fresh), used: [ends(used), ends(used), ends(used)] };
    });
    for (const { n, fresh, used } of outcomes) expect({ n, used }).toEqual({ n, used: [fresh, fresh, fresh] });
    expect(new Set(outcomes.map(({ fresh }) => fresh))).toEqual(new Set([true, false]));
  });

  it('of an evaluation is independent of facts about the trace that other rules cached', () => {
    const chain = (): TraceView => ({
      id: 't',
      complete: true,
      spans: Array.from({ length: 60 }, (_, n) =>
        viewOf({ id: `${n}`, parentId: n === 0 ? '' : `${n - 1}`, startTime: n, duration: 1, links: ['0'] }),
      ),
    });
    const text = 'return trace.count(a where trace.before(span.id == "59", span.id == a.id)) == 0 and 1 == 1';
    const taken = (trace: TraceView): number => {
      const script = program(`local x = 1 ${text}`);
      script.evaluate({ trace });
      return script.taken;
    };
    const [fresh, known] = [chain(), chain()];
    const alone = taken(fresh);
    expect(alone).toBeGreaterThan(1_000);
    expect(taken(fresh)).toBe(alone);
    const expression = check('trace.before(span.id == "3", span.id == "40")');
    if (!expression.ok || expression.rule.kind !== 'expression') throw new Error('no expression');
    interpret(expression.rule.resolved, { trace: known });
    expect(taken(known)).toBe(alone);
  });
});

describe('attacks', () => {
  it.each([
    ['an endless loop', 'while true do end', 'took more than 1000000 steps'],
    ['an endless loop inside pcall', 'while true do pcall(function() while true do end end) end', 'took more than 1000000 steps'],
    ['pcall that hides every error', 'local function f() pcall(f) f() end f()', 'overflow|steps'],
    ['string.rep bomb', 'return #("x"):rep(1e9)', 'bytes of strings'],
    ['string.rep overflow', 'return #("x"):rep(1e308)', 'bytes of strings'],
    ['doubling by concatenation', 'local s = "x" while true do s = s .. s end', 'steps'],
    ['many big strings', 'local t = {} for i = 1, 1e6 do t[i] = ("x"):rep(1e6) end', 'steps'],
    ['gsub bomb', 'local s = ("x"):rep(1000) for i = 1, 100 do s = s:gsub(".", "%0%0") end', 'bytes of strings|steps'],
    ['format bomb', 'return string.format("%99999d", 1)', 'invalid format'],
    ['table.concat bomb', 'local t = {} for i = 1, 1000 do t[i] = ("x"):rep(100) end return #table.concat(t, ("y"):rep(1e5))', 'steps'],
    ['deep recursion', 'local function f(n) return 1 + f(n + 1) end return f(1)', 'overflow'],
    [
      'recursion through metamethods of JavaScript',
      'local function f() return trace.has(function() return f() end) end return f()',
      'returned false',
    ],
    ['exponential pattern', 'return ("a"):rep(40):find(("a*"):rep(20) .. "b")', 'steps'],
    ['quadratic pattern', 'return ("a"):rep(1e6):match(".-b")', 'steps'],
    ['a slice of as many bytes as a name has', 'return #{("x"):rep(300):byte(1, -1)} > 0', 'slice too long'],
    [
      'all values of a list at once',
      'local t = {} for i = 1, 300 do t[i] = i end return math.max(table.unpack(t)) > 1',
      'too many results',
    ],
    ['unpack bomb', 'return table.unpack({}, 1, 1e8)', 'too many results'],
    ['unpack far away', 'return table.unpack({}, 1e12, 1e12)', 'position out of bounds'],
    ['a quadratic table.insert', 'local t = {} for i = 1, 1e6 do table.insert(t, 1, i) end', 'steps'],
    [
      'an order function that is none',
      'local t = {} for i = 1, 2000 do t[i] = i end table.sort(t, function() return true end) return "ended"',
      'returned true',
    ],
    ['a table as error', 'error({})', 'the error is not a text'],
    ['load', 'return load("return 1")()', 'attempt to call a nil value'],
    ['require', 'return require("os")', 'attempt to call a nil value'],
    ['setmetatable', 'return setmetatable({}, {})', 'attempt to call a nil value'],
    ['getmetatable', 'return getmetatable("").__index', 'attempt to call a nil value'],
    ['_G', 'return _G.span', 'attempt to index a nil value'],
    ['rawset', 'rawset(string, "len", nil)', 'attempt to call a nil value'],
    ['string.dump', 'return string.dump(function() end)', 'attempt to call a nil value'],
    ['coroutine', 'return coroutine.create(function() end)', 'attempt to index a nil value'],
    ['a method added to strings', 'local s = "x" s.rep = nil', 'attempt to index a string value'],
    ['a finalizer', 'return setmetatable({}, { __gc = function() end })', 'attempt to call a nil value'],
    ['another environment', '_ENV = {} return 1 + 1 == 3', 'attempt to call a nil value'],
    ['a helper replaced', '__add = function() return 1 end return span.duration + 1 == 1 and __all == nil', 'returned'],
    ['a changed library', 'local s = string s.len = function() return 1 end', 'read-only'],
    ['a changed span', 'local s = span s.name = "x"', 'read-only'],
    ['a changed attribute', 'local s = span s.attributes.x = 1', 'read-only'],
    ['a changed list', 'table.insert(trace.spans, 1)', 'read-only'],
    ['a catastrophe for backtracking in matches', 'return ("a"):rep(1e5) matches "(a+)+$"', 'returned true'],
    [
      'JavaScript properties',
      'return span.constructor == nil and span.__proto__ == nil and span.attributes.constructor == nil and trace.toString == nil',
      'returned true',
    ],
  ])('%s', (_title, text, message) => {
    expect(errorOf(text)).toMatch(new RegExp(message));
  });

  it('leave the program usable', () => {
    const views = [viewOf({ name: 'b' })];
    const evil = program('if span.name == "a" then while true do end end return true');
    const evaluate = (name: string) => evil.evaluate({ trace: { id: 't', spans: views, complete: true }, subject: viewOf({ name }) });
    expect(() => evaluate('a')).toThrow(LuaError);
    expect(evaluate('b')).toBe(true);
  });
});
