import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { programInputs } from '../../../../test/fixtures/dsl/compare-programs.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { Explanation } from '../contract/explanation.js';
import { ScriptRule } from '../script/script-rule.js';
import { LuaError } from '../values/lua/lua-error.js';

const SPANS = [
  viewOf({ id: 'c0', name: 'charge', service: 'payments', attributes: { 'order.id': 'o-1' } }),
  viewOf({ id: 'c1', name: 'charge', service: 'payments', parentId: 'c0', duration: 2e9, attributes: { 'order.id': 'o-2' } }),
  viewOf({ id: 'r1', name: 'retry', service: 'payments', parentId: 'c0' }),
  viewOf({ id: 'c2', name: 'charge', service: 'payments', parentId: 'c0', attributes: { 'order.id': 'o-2' } }),
  viewOf({ id: 'r2', name: 'retry', service: 'payments', parentId: 'c0' }),
];

const SEEN = `local seen = {}
for _, s in ipairs(trace.spans) do
  local id = s.attributes["order.id"]
  if s.name == "charge" and id then
    if seen[id] then return true end
    seen[id] = true
  end
end
return false`;

describe('a script is explained by the return that ended it', () => {
  it.each([
    [
      'the span of the turn in which it returned, and the one that had set what it read',
      SEEN,
      'the script returned true at line 5 for "charge" (c2) in the trace of 5 spans; s.name == "charge" holds (s.name is "charge"); id holds (id is "o-2"); seen[id] holds (id is "o-2"); seen[id] was set on "charge" (c1)',
    ],
    [
      'the spans that were counted',
      'local n = 0\nfor _, s in ipairs(trace.spans) do\n  if s.name == "retry" then n = n + 1 end\nend\nreturn n > 1',
      'the script returned true at line 5 for "retry" (r1) in the trace of 5 spans; n > 1 holds (n is 2); n was set on "retry" (r1) and "retry" (r2)',
    ],
    [
      'the key of a table, and the spans of that key alone',
      'local counts = {}\nfor _, s in ipairs(trace.spans) do\n  local id = s.attributes["order.id"]\n  if id ~= nil then counts[id] = (counts[id] or 0) + 1 end\nend\nfor id, n in pairs(counts) do if n > 1 then return true end end\nreturn false',
      'the script returned true at line 6 for "charge" (c1) in the trace of 5 spans; n > 1 holds (n is 2); id is "o-2"; counts[id] was set on "charge" (c1) and "charge" (c2)',
    ],
    [
      'the outer span, of which the inner loop found nothing',
      'for _, a in ipairs(trace.spans) do\n  if a.name == "charge" then\n    local audited = false\n    for _, b in ipairs(trace.spans) do\n      if b.name == "audit" and b.parent_id == a.id then audited = true end\n    end\n    if not audited then return true end\n  end\nend',
      'the script returned true at line 7 for "charge" (c0) in the trace of 5 spans; a.name == "charge" holds (a.name is "charge"); not audited holds (audited is false)',
    ],
    [
      'what was put into a list',
      'local list = {}\nfor _, s in ipairs(trace.spans) do if s.name == "retry" then table.insert(list, s) end end\nreturn #list >= 2 and list[1].name == list[2].name',
      'the script returned true at line 3 for "retry" (r1) in the trace of 5 spans; #list >= 2 holds (#list is 2); list[1].name == list[2].name holds (list[1].name is "retry", list[2].name is "retry"); list was set on "retry" (r1) and "retry" (r2)',
    ],
    [
      'the branch that was taken, and those that were not',
      'local root = trace.root\nif root == nil then return false elseif root.name == "x" then return false else return trace.count(span.name == "retry") > 1 end',
      'the script returned true at line 2 for "charge" (c0) in the trace of 5 spans; root == nil does not hold; root.name == "x" does not hold (root.name is "charge"); trace.count(span.name == "retry") > 1 holds (trace.count(span.name == "retry") is 2)',
    ],
    [
      'a variable of the turn alone, not of the turns before it',
      'for _, a in ipairs(trace.spans) do\n  local n = 0\n  for _, b in ipairs(a.parent and trace.spans or {}) do\n    if b.parent_id == a.parent_id and b.name == a.name then n = n + 1 end\n  end\n  if n > 1 and a.name == "retry" then return true end\nend',
      'the script returned true at line 6 for "retry" (r1) in the trace of 5 spans; n > 1 holds (n is 2); a.name == "retry" holds (a.name is "retry"); n was set on "retry" (r1) and "retry" (r2)',
    ],
    [
      'why it returned false',
      'local n = 0\nfor _, s in ipairs(trace.spans) do\n  if s.name == "audit" then n = n + 1 end\nend\nreturn n > 0 and trace.span_count > 1',
      'the script returned false at line 5 for the trace of 5 spans; n > 0 does not hold (n is 0)',
    ],
    [
      'that it ended without one',
      'for _, s in ipairs(trace.spans) do if s.name == "x" then return true end end',
      'the script returned false for the trace of 5 spans',
    ],
  ])('%s', (_danger, text, summary) => {
    expect(explain(text).summary).toBe(summary);
  });

  it('a span rule is explained by the judged span', () => {
    const text = 'local id = attribute["order.id"]\nif id == nil then return false end\nreturn id:sub(1, 2) == "o-" and span.duration > 1s';
    const { summary, tree, conditions } = explain(text, 1);
    expect(summary).toBe(
      'the script returned true at line 3 for the span "charge" (c1); id:sub(1, 2) == "o-" holds (id:sub(1, 2) is "o-", id is "o-2"); span.duration > 1s holds (span.duration is 2s)',
    );
    expect(tree).toMatchObject({ span: 'c1' });
    expect(conditions[0]).not.toHaveProperty('witnesses');
  });
});

describe('times in a script', () => {
  const at = 1_700_000_000_000_000_000n;
  const late = [
    viewOf({ id: 'a', name: 'charge', startTime: at, duration: 2e9 }),
    viewOf({ id: 'b', name: 'refund', startTime: at + 8_500_000_000n, parentId: 'a' }),
  ];
  const nested = 'for _, a in ipairs(trace.spans) do\n  for _, b in ipairs(trace.spans) do\n';
  it.each([
    [
      'a difference is told, which nobody reads from nineteen digits',
      `${nested}if a.name == "charge" and b.name == "refund" and b.start_time - a.end_time > 5s then return true end end end`,
      'b.start_time - a.end_time > 5s holds (b.start_time - a.end_time is 6.5s)',
    ],
    [
      'by how much one moment is later than another',
      `${nested}if a.id ~= b.id and b.start_time > a.end_time then return true end end end`,
      'b.start_time > a.end_time holds (b.start_time - a.end_time is 6.5s)',
    ],
    [
      'a length of time that a variable holds',
      'local gap = trace.spans[2].start_time - trace.spans[1].end_time\nreturn gap >= 2 * 3s',
      'gap >= 2 * 3s holds (2 * 3s is 6s, gap is 6.5s)',
    ],
    ['a sum that is not a time', 'local n = #trace.spans\nreturn n + 1 > 2', 'n + 1 > 2 holds (n + 1 is 3, n is 2)'],
    ['what fails is left to the run', 'local n = #trace.spans\nreturn n // 1 > 1', 'n // 1 > 1 holds (n // 1 is 2, n is 2)'],
  ])('%s', (_title, text, expected) => {
    const { summary } = explain(text, undefined, true, late);
    expect(summary).toContain(expected);
    expect(summary).not.toMatch(/\d{19}/);
  });
});

describe('the tree of a script', () => {
  it('has the conditions and the return, each at its place in the text', () => {
    const { tree } = explain(SEEN);
    const places = tree!.children!.map(({ kind, range }) => [kind, SEEN.slice(range.start, range.end)]);
    expect(places).toEqual([
      ['and', 's.name == "charge" and id'],
      ['value', 'seen[id]'],
      ['return', 'return true'],
    ]);
    expect(tree!.children![0]!.children!.map(({ range }) => SEEN.slice(range.start, range.end))).toEqual(['s.name == "charge"', 'id']);
    expect(tree!.children![2]!.range).toMatchObject({ line: 5, column: 22 });
  });

  it('names the span to look at before the others', () => {
    const { tree, conditions } = explain(SEEN);
    expect(tree!.witnesses).toEqual(['c2', 'c1']);
    expect(conditions[0]!.witnesses![0]).toEqual({ span_id: 'c2', name: 'charge', service: 'payments' });
  });

  it('is the same of a compiled script and of the sandbox', () => {
    expect(explain(SEEN, undefined, false)).toEqual(explain(SEEN));
  });

  it('stays small', () => {
    const conditions = Array.from({ length: 400 }, (_, i) => `s.name ~= "${i}"`).join(' and ');
    const text = `local n = 0 for _, s in ipairs(trace.spans) do if ${conditions} then n = n + 1 end end return n > 0 and (${conditions.replaceAll('s.name', 'trace.root.name')})`;
    const many = Array.from({ length: 3_000 }, (_, i) =>
      viewOf({ id: `s${i}`, name: 'x'.repeat(300), ...(i === 0 ? {} : { parentId: 's0' }) }),
    );
    expect(JSON.stringify(explain(text, undefined, true, many)).length).toBeLessThan(64_000);
  });
});

describe('the observed run', () => {
  it('has the result of the script', () => {
    let observed = 0;
    const property = fc.property(...programInputs, (text, trace, timeout) => {
      const checked = check(text);
      if (!checked.ok || checked.rule.kind !== 'script') return;
      const rule = new ScriptRule(checked.rule, { timeout });
      const subject = checked.rule.subject === 'span' ? trace.spans[0] : undefined;
      const answer = answerOf(() => rule.observe(trace, subject).value);
      // A script that fails, or exceeds its budget with the notes, runs without them.
      if (typeof answer === 'string') return;
      observed++;
      expect(answer).toBe(rule.evaluate(trace, subject));
    });
    fc.assert(property, { numRuns: 300 });
    expect(observed).toBeGreaterThan(50);
  }, 120_000);
});

function answerOf(run: () => boolean): boolean | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof LuaError) return error.message;
    throw error;
  }
}

function explain(text: string, subject?: number, isCompiled = true, spans = SPANS): Explanation {
  const checked = check(text);
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  const rule = compileRules([{ id: 'rule', checked: checked.rule }], { isCompiled }).rules[0]!;
  const evidence = { atom: () => ({ count: 0, witnesses: [] }), spanCount: spans.length, spans, traceId: 't', isWhole: true };
  return rule.explain(subject === undefined ? evidence : { ...evidence, span: spans[subject]! });
}
