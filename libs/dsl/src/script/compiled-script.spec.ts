import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ProgramComparison, programInputs } from '../../../../test/fixtures/dsl/compare-programs.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { interpret } from '../interpret/interpret.js';
import type { TraceView } from '../trace/span-view.js';
import type { CheckedScript } from '../tree/rule.js';
import { CompiledScript } from './compiled-script.js';
import { ScriptRule } from './script-rule.js';

/** Enough runs to exceed each minimum below by a wide margin. */
const RUNS = 1_200;

it('a compiled script has the matches, errors and budget of the sandbox, or leaves the result to it', () => {
  const comparison = new ProgramComparison();
  fc.assert(
    fc.property(...programInputs, (text, trace, timeout) => comparison.compare(text, trace, timeout)),
    { numRuns: RUNS },
  );
  const { scripts, compiled, told, matched, exceeded } = comparison.seen;
  expect(scripts).toBeGreaterThan(RUNS / 2);
  expect(compiled).toBeGreaterThan(scripts / 3);
  expect(told).toBeGreaterThan(RUNS / 3);
  expect(matched).toBeGreaterThan(RUNS / 12);
  expect(exceeded).toBeGreaterThan(0);
});

const trace: TraceView = {
  id: 't',
  complete: true,
  spans: [
    viewOf({
      id: '1',
      name: 'checkout',
      duration: 5,
      attributes: { tags: ['p', 'q'], bytes: new Uint8Array([255, 1]), text: 'grün', big: 2n ** 60n },
    }),
    viewOf({ id: '2', name: 'charge', parentId: '1', duration: 7, attributes: { 'order.id': 'o1', n: 3 } }),
    viewOf({ id: '3', name: 'charge', parentId: '1', duration: 7, attributes: { 'order.id': 'o1', n: 4 } }),
  ],
};

function scriptOf(text: string): CheckedScript {
  const checked = check(text);
  if (!checked.ok || checked.rule.kind !== 'script') throw new Error(`${text}: ${JSON.stringify(checked.diagnostics)}`);
  return checked.rule;
}

/** The result of `tostring` for an expression of two numbers, by the language's own arithmetic. */
function textOf(a: string, b: string, expression: string): string {
  const checked = check(`trace.id == "" or tostring(${expression.replaceAll(/\ba\b/g, a).replaceAll(/\bb\b/g, b)})`);
  if (!checked.ok || checked.rule.kind !== 'expression') throw new Error(JSON.stringify(checked));
  return interpret(checked.rule.resolved, { trace }) as string;
}

/** The result of the compiled script alone; undefined if it leaves the trace to the sandbox. */
function resultOf(text: string, steps = 1_000_000): boolean | undefined {
  const script = scriptOf(text);
  const compiled = CompiledScript.of(script.block, script.subject)?.judge(trace, [script.subject === 'trace' ? -1 : 0], steps);
  const answer = compiled === undefined || compiled.left.length > 0 ? undefined : compiled.matches.length > 0;
  if (answer !== undefined && steps === 1_000_000) {
    const { matches } = new ScriptRule(script, { isCompiled: false }).judge(trace);
    expect({ text, matches: matches.some((match) => match <= 0) }).toEqual({ text, matches: answer });
  }
  return answer;
}

describe('runs without the sandbox:', () => {
  it.each([
    ['a sum', 'local n = 0 for _, s in ipairs(trace.spans) do n = n + s.duration end return n == 19'],
    [
      'a table by key',
      'local t = {} for _, s in ipairs(trace.spans) do local id = attribute.x or s.attributes["order.id"] if id then t[id] = (t[id] or 0) + 1 end end return t.o1 == 2',
    ],
    [
      'a function of its own',
      'local function f(n) if n == 0 then return 0 end return n + f(n - 1) end return trace.id ~= "" and f(10) == 55',
    ],
    [
      'a function that counts',
      'local n = 0 local function add(x) n = n + x return n end for _, s in ipairs(trace.spans) do add(s.duration) end return n == 19 and n + add(1) == 39',
    ],
    ['conditions of trace functions', 'local limit = 6 return trace.count(c where c.duration > limit and c.parent == trace.root) == 2'],
    ['an aggregate', 'local x = trace.sum(attribute.n, span.name == "charge") return x == 7'],
    [
      'text functions',
      'local s = trace.spans[1] return s.name:upper() == "CHECKOUT" and s.name:sub(1, 5) == "check" and s.name:find("out") == 6 and s.name:match("k(.)") == "o"',
    ],
    [
      'lists',
      'local t = trace.spans[1].attributes.tags local n = 0 for i, x in ipairs(t) do n = n + i end return n == 3 and #t == 2 and t[2] == "q"',
    ],
    [
      'sorted items',
      'local t = {} for _, s in ipairs(trace.spans) do table.insert(t, s.id) end table.sort(t, function(a, b) return a > b end) return table.concat(t) == "321"',
    ],
    ['integers of 64 bits', 'local big = trace.spans[1].attributes.big return big + 1 == 1152921504606846977 and big > 2 ^ 59'],
    ['the order of keys', 'local t, w = { "a", "b", "c" }, "" for _, x in pairs(t) do w = w .. x end return w == "cba" and trace.id ~= ""'],
    [
      'a loop that counts down by fractions',
      'local n = 0 for i = 1, 0, -0.1 do n = n + 1 end return n == 10 and trace.id ~= "" or n == 11',
    ],
  ])('%s', (_title, text) => {
    expect(resultOf(text)).toBe(true);
  });
});

describe('numbers in variables that change', () => {
  const NUMBERS = ['0', '-0.0', '1', '-1', '7', '-7', '0.5', '-2.5', '9007199254740991', '9007199254740993', '-9007199254740993'];
  const DOUBLES = ['4503599627370497', '2251799813685249', '1e300', '-1e300', '1e-320', '(1 / 0)', '(-1 / 0)', '(0 / 0)'];
  const values = [...NUMBERS, ...DOUBLES];

  it.each(['a // b', 'a % b', 'math.max(a, b)', 'math.min(a, b)', 'a < b', 'a >= b', 'a == b', 'a ~= b'])(
    '%s has the result of the sandbox, to the last digit and the sign of a zero',
    (expression) => {
      for (const a of values) {
        for (const b of values) {
          // `resultOf` compares the sandbox's messages, so that they must not depend on the compared value.
          const script = (wanted: string): string =>
            `local a, b = ${a}, ${b} for i = 1, 0 do a = a + 1 b = b + 1 end local c = ${expression} return trace.id ~= "" and tostring(c) == "${wanted}"`;
          const { matches, errors } = new ScriptRule(scriptOf(script('?')), { isCompiled: false }).judge(trace);
          expect(matches).toEqual([]);
          if (errors.length > 0) expect(resultOf(script('?'))).toBeUndefined();
          else expect(resultOf(script(textOf(a, b, expression)))).toBe(true);
        }
      }
    },
  );

  it('are numbers only if no other value is ever assigned', () => {
    expect(resultOf('local n = 1 for _, s in ipairs(trace.spans) do n = s.name end return n == "charge" and not (n == 1)')).toBe(true);
    expect(resultOf('local n, m = 1, 2 for _, s in ipairs(trace.spans) do m = n n = s.name end return m == "charge"')).toBe(true);
    expect(resultOf('local n = 1 local function f() n = trace.id end f() return n == "t"')).toBe(true);
    expect(resultOf('local n, m = 1 for i = 1, 2 do m = i end return m == 2 and n == 1 and trace.id ~= ""')).toBe(true);
    expect(resultOf('local n = 1 for i = 1, 2 do n = nil end return n == nil and trace.id ~= ""')).toBe(true);
    expect(resultOf('local n = 1 for i = 1, 2 do n = #trace.id .. "" end return n == "1"')).toBe(true);
  });
});

describe('is left to the sandbox:', () => {
  it.each([
    ['an error, whose words it does not know', 'local n = nil return trace.id .. n'],
    ['bytes that are not text', 'local b = trace.spans[1].attributes.bytes return b == "x"'],
    ['half of a character', 'local w = trace.spans[1].attributes.text return w:sub(1, 3) == "x"'],
    ['keys that go while they are gone through', 'local t = { a = 1, b = 2 } for k in pairs(t) do t[k] = nil end return trace.id == nil'],
    [
      'keys that come while they are gone through',
      'local t = { a = 1 } for k in pairs(t) do t[k .. "x"] = 1 if #k > 5 then break end end return trace.id == nil',
    ],
    ['whether two functions are one', 'local function f() return function() end end return f() == f() and trace.id == nil'],
    ['deep recursion', 'local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end return f(100) == 100 and trace.id ~= ""'],
    [
      'what Lua reads after a call that changes it',
      'local n = 1 local function f() n = n + 1 return n end return n / f() == 1 and trace.id == nil',
    ],
    [
      'a table that a call replaces before it is read',
      'local t = { 1 } local function f() t = { 2 } return 1 end return t[f()] == 2 and trace.id == nil',
    ],
    [
      'a key that a call replaces before it is set',
      'local t, n = {}, 1 local function f() n = 2 return 5 end t[n] = f() return t[2] == 5 and trace.id == nil',
    ],
    ['variable arguments', 'local function f(...) return select("#", ...) end return f(1, 2) == 2 and trace.id == nil'],
    ['errors that are caught', 'return not pcall(function() return nil + 1 end) and trace.id == nil'],
    ['an order between spans', 'local x = 1 return trace.before(span.name == "a", span.name == "b") and x == 2'],
  ])('%s', (_title, text) => {
    expect(resultOf(text)).toBeUndefined();
  });

  it('loops that may exceed the budget: with strings, calls, or without end', () => {
    for (const text of [
      'while trace.id do end return true',
      'local w = "x" while trace.id do w = w .. w end return true',
      'local function f(n) return n end local n = 0 repeat n = f(n) until not trace.id return n',
      'for _, a in ipairs(trace.spans) do for i = 1, 1e9 do local t = {} end end return true',
      'local n = 0 while trace.count(span.duration > n) > 0 do n = n + 0 end return n',
    ]) {
      expect({ text, result: resultOf(text) }).toEqual({ text, result: undefined });
    }
  });

  it('a budget below the maximum cost', () => {
    const text = 'local n = 0 for i = 1, 20 do n = n + i end return n == 210 and trace.id ~= ""';
    expect([resultOf(text, 100), resultOf(text, 100_000)]).toEqual([undefined, true]);
  });
});

it('strings of compiled judgements count for those that the sandbox runs', () => {
  const text = '€'.repeat(100_000);
  const spans = [viewOf({ id: '1', attributes: { text } }), viewOf({ id: '2', attributes: { text, bad: true } })];
  // 5.4 MB of strings on the first span, 12 MB on the second: together more than 16 MiB. `rep` is not compiled.
  const script = scriptOf(
    'local n, turns = 0, 18 if attribute.bad then turns = 40 local w = ("x"):rep(1) end for i = 1, turns do n = n + #attribute.text end return n > 1 and not attribute.bad',
  );
  const judge = (isCompiled: boolean) => new ScriptRule(script, { timeout: 1_000, isCompiled }).judge({ id: 't', spans, complete: true });
  expect(judge(true)).toEqual(judge(false));
  expect(judge(false)).toEqual({
    matches: [0],
    errors: [{ span: 1, message: expect.stringContaining('bytes of strings'), exceeded: true }],
  });
});

it('only the structure of a script becomes code', () => {
  const hostile = '"] ; process.exit(1) ; //';
  const text = `local x = { ["${hostile.replaceAll('"', '\\"')}"] = 1 } local constructor, proto, first = "\\u{2028}", 2, trace.spans[1] return x[${JSON.stringify(hostile)}] == 1 and x.constructor == nil and x.prototype == nil and first.toString == nil and constructor == "\\u{2028}" and proto == 2`;
  expect(resultOf(text)).toBe(true);
});

it('scripts that differ only in names and numbers share one function, with their own constants', () => {
  const functions = new Map();
  const judged = [18, 19].map((limit) => {
    const { block } = scriptOf(`local n = 0 for _, s in ipairs(trace.spans) do n = n + s.duration end return n > ${limit}`);
    return CompiledScript.of(block, 'trace', functions)!.judge(trace, [-1], 1_000_000)?.matches;
  });
  expect(judged).toEqual([[-1], []]);
  expect(functions.size).toBe(1);
});
