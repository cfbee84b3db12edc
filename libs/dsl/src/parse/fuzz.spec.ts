import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryBrokenRule, BEGINNINGS, PIECES, REAL_RULES, repeated } from '../../../../test/fixtures/dsl/hostile-texts.js';
import { viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { Diagnostic } from '../text/diagnostic.js';
import { PROBLEMS } from '../text/problems.js';
import { convertWhen } from './convert-when.js';
import { format } from './format.js';
import { MAX_TEXT, parse } from './parse.js';

const trace = {
  id: 't',
  spans: [viewOf({ id: 'a', name: 'a', attributes: { k: 1 } }), viewOf({ id: 'b', parentId: 'a' })],
  complete: true,
};

/** Runs every operation on a user's text, up to judging it. Any exception other than a diagnostic fails the test. */
function tried(text: string): readonly Diagnostic[] {
  const checked = check(text);
  if (!checked.ok) expect(checked.diagnostics.map(({ severity }) => severity)).toContain('error');
  for (const { code, range, line, column, endLine, endColumn, message, suggestion, expected, fix } of checked.diagnostics) {
    expect([suggestion ?? '', expected ?? '', fix?.text ?? ''].map((told) => typeof told)).toEqual(Array(3).fill('string'));
    expect(Object.keys(PROBLEMS)).toContain(code);
    expect(range.start >= 0 && range.start <= range.end && range.end <= text.length).toBe(true);
    expect([line >= 1, column >= 1, endLine > line || endColumn >= column, message.length > 0 && message.length < 500]).toEqual(
      Array(4).fill(true),
    );
  }
  const fixes = checked.diagnostics.flatMap(({ fix }) => (fix === undefined ? [] : [fix.range])).toSorted((a, b) => a.start - b.start);
  // All fixes can be applied at once.
  expect(fixes.every(({ start }, index) => index === 0 || (fixes[index - 1]?.end ?? 0) <= start)).toBe(true);
  const formatted = format(text);
  if (formatted.ok) {
    expect(format(formatted.text)).toEqual(formatted);
    expect(check(formatted.text).ok).toBe(checked.ok);
  }
  convertWhen(text);
  if (checked.ok) {
    const [rule] = compileRules([{ id: 'r', checked: checked.rule }], { timeout: 1 }).rules;
    rule?.judge?.(trace);
  }
  return checked.diagnostics;
}

describe('any text', () => {
  it('from a changed rule gives a rule, or diagnostics within the text', () => {
    let refused = 0;
    fc.assert(
      fc.property(arbitraryBrokenRule, (text) => {
        if (tried(text).some(({ severity }) => severity === 'error')) refused++;
      }),
      { numRuns: 2_000 },
    );
    // Otherwise the changes break no rules.
    expect(refused).toBeGreaterThan(400);
    expect(refused).toBeLessThan(1_900);
  });

  it('with repetitions gives a rule or diagnostics', () => {
    for (const piece of PIECES) for (const beginning of BEGINNINGS) tried(repeated(beginning, piece, 2_000));
  });

  it('is parsed in a few steps per token', () => {
    for (const piece of PIECES) {
      for (const beginning of BEGINNINGS) {
        for (const length of [1_000, 5_000]) {
          const { steps, tokens } = parse(repeated(beginning, piece, length));
          expect({ piece, beginning, length, isLinear: steps <= 8 * tokens.length }).toEqual({ piece, beginning, length, isLinear: true });
        }
      }
    }
  });

  // A non-linear algorithm would not finish here; `npm run bench -- texts` measures the time.
  it('of maximum length is checked', () => {
    for (const [index, piece] of PIECES.entries()) check(repeated(BEGINNINGS[index % BEGINNINGS.length]!, piece, MAX_TEXT));
  });

  it('above the maximum length is refused first', () => {
    for (const piece of ['(', '"', '// ', 'when { a or ']) {
      const { diagnostics, steps, tokens } = parse(repeated('', piece, 10_000_000));
      expect([diagnostics.map(({ code }) => code), steps, tokens]).toEqual([['BT_DSL_TOO_LONG'], 0, []]);
    }
  });
});

describe('a fix', () => {
  it('removes its diagnostic', () => {
    const fixed = new Set<string>();
    const repaired = ({ code, message, range, fix }: Diagnostic, text: string): void => {
      if (fix === undefined) return;
      // Every kind has a fixed example below, so that each run covers it.
      expect(FIXABLE).toContain(code);
      const better = text.slice(0, fix.range.start) + fix.text + text.slice(fix.range.end);
      const same = check(better).diagnostics.filter(
        (other) => other.code === code && other.message === message && other.range.start === range.start,
      );
      expect({ text, better, code, message, same: same.length }).toEqual({ text, better, code, message, same: 0 });
    };
    const chained = ['trace.has(span.name == "a") == "b" > "a"', 'trace.has(span.name == "a") < attribute.x < attribute.y'];
    const later = [
      'span.service == "x" or span.children.all(span.name == "a")',
      'attribute.timeout_ms and span.duration > attribute.timeout_ms',
    ];
    for (const text of [...MISTAKES, ...chained, ...later]) {
      for (const diagnostic of check(text).diagnostics) {
        if (diagnostic.fix !== undefined) fixed.add(diagnostic.code);
        repaired(diagnostic, text);
      }
    }
    expect([...fixed].sort()).toEqual(FIXABLE);
    fc.assert(
      fc.property(arbitraryBrokenRule, (text) => {
        for (const diagnostic of check(text).diagnostics) repaired(diagnostic, text);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('the fixtures contain real rules', () => {
  expect(REAL_RULES.length).toBeGreaterThanOrEqual(55);
  expect(REAL_RULES.filter((text) => !check(text).ok)).toEqual([]);
});

/** An example per kind of fix. */
const MISTAKES: readonly string[] = [
  'attribute.duration_ms and attribute.duration_ms > 500ms',
  'trace.preceded(span.name == "a", span.name == "b")',
  'span.name = "a"',
  'trace.has(c where c.name == "charge" and not trace.has(span.name == "check" and span.end_time < c.start_time))',
  'trace.has(a where a.name == "a" and trace.has(b where b.start_time - a.end_time < 5s))',
  'not span.name == "a"',
  'span.is_root&&span.name == "a" || !span.is_root',
  'span.name ==== "a" or span.name !=== "b" or span.name <>= "c"',
  'span.durations > 1s',
  'spam.name == "a"',
  'duration > 1s',
  'span.duration > "1s"',
  'trace.follows(span.is_root, span.name == "a", "1s")',
  'span.duration > "1000"',
  'span.kind == "SERVER"',
  'span.name:startswith("a")',
  'trace:has(span.is_root)',
  'local s = span return s.nam == "a"',
  'when { a&&b || !c.where(d = 1) } always { e }',
  'span.name == "a" and span.name == "b"',
  'span.name != "a" or span.name != "b"',
  'span.is_root or (span.name == "a" and span.name == "b")',
  'trace.has("a") or span.kind == "server" or "client"',
  'trace.distinct("a") > 1',
  'span.children.count() > 1',
  'attribute.http.response.status_code == "200"',
  'attribute.model != "a"',
  'span.is_root() or span.name == "a"',
  'span.name matches "*/a"',
  'attribute.approved == "true"',
  'trace.has(x where x.name == "a" and trace.has(attribute.k == attribute.k))',
  'trace.max_count(span.name == "a", attribute.k) > 1',
  'span.name == "a" or span.service != nil and span.is_root',
  'attribute.x and attribute.x >= 500 and < 600',
  'attribute.a == attribute.b',
  'attribute.service.name == "a"',
  'attribute.status == "error"',
  'attribute.x and attribute.x != true',
  'span.duration > 500',
  'attribute.a > "5"',
  'span.name == "a*"',
  'span.name == "a" and trace.has(b where b.name == "a") and trace.has(c where c.name == "b" and trace.has(span.name == "b"))',
  'span.duration / 1e6 > 5s',
  'trace.distinct(span.service) > 0',
  `span.name == '"a"'`,
  'for _, s in ipairs(trace.spans) do if s.name == "a" then return true else return false end end',
  'local f for _, s in ipairs(trace.spans) do if s.name == "a" then f = true else f = false end end return f',
  'local f = false for _, s in ipairs(trace.spans) do if s.name == "a" then local f = true end end return f',
  'local n for _, s in ipairs(trace.spans) do n = n + 1 end return n > 3',
  'local t = {} for _, s in ipairs(trace.spans) do t[s.name] = true end for k in ipairs(t) do return not t end',
  'span.name matches "\\ba"',
  'span.name:lower() == "GET"',
  'trace.distinct(attribute.message.id) > 1',
  'local t = {} for _, s in ipairs(trace.spans) do local id = s.attributes["id"] t[id] = true end return next(t) ~= nil',
  'span.name matches "a\\.b"',
  'span.events[0]',
  'for s in trace.spans do return true end',
  'span.duration > 5 s',
  'span.name == “a”',
  'for s in ipairs(trace.spans) do if s.duration > 1s then return true end end return false',
  'trace.distinct(attribute.order.id) < trace.count(span.name == "charge")',
  'not trace.before(span.name == "a", span.name == "b") and trace.preceded(span.name == "c", span.name == "d")',
  'trace.max_count(span.status == "error") > 3',
  'trace.services["payment"]',
  'span.resource["http.method"] == "GET"',
  'return attribute.code == {1, 2}',
  'type(attribute.x) == "int"',
  'span.name matches "/checkout/*"',
  'when { charge.where(currency == EUR or USD) } always { x }',
  'for _, s in ipairs(trace) do return true end return false',
  'When { a } never { b }',
  'when { span.name == a } never { b }',
];

const FIXABLE: readonly string[] = [
  'BT_DSL_ALWAYS',
  'BT_DSL_ALWAYS_TRUE',
  'BT_DSL_ARGUMENT',
  'BT_DSL_ARITY',
  'BT_DSL_ASSIGNMENT',
  'BT_DSL_ATTRIBUTE_TYPE',
  'BT_DSL_BACKSPACE',
  'BT_DSL_BAD_ESCAPE',
  'BT_DSL_COMPARISON',
  'BT_DSL_CONDITION_AS_FIELD',
  'BT_DSL_CONSTANT_CONDITION',
  'BT_DSL_CONSTANT_FIELD',
  'BT_DSL_CONTRADICTION',
  'BT_DSL_COUNT_OF_DISTINCT',
  'BT_DSL_DISTINCT_IDS',
  'BT_DSL_DURATION_IN_STRING',
  'BT_DSL_FIELD_NAME',
  'BT_DSL_FIRST_ONLY',
  'BT_DSL_FOREIGN_OPERATOR',
  'BT_DSL_FOREIGN_PATTERN',
  'BT_DSL_GLOB',
  'BT_DSL_GUARDED_FALSE',
  'BT_DSL_HIDDEN_LOCAL',
  'BT_DSL_HOLDS_OF_NONE',
  'BT_DSL_INDEX_ZERO',
  'BT_DSL_ITERATOR',
  'BT_DSL_LAST_DECIDES',
  'BT_DSL_LETTER_CASE',
  'BT_DSL_LIST_AS_SET',
  'BT_DSL_LOOP_INDEX',
  'BT_DSL_LOOP_OVER',
  'BT_DSL_MALFORMED_NUMBER',
  'BT_DSL_MATCHES_ALL',
  'BT_DSL_MISSING_DIFFERS',
  'BT_DSL_NEVER',
  'BT_DSL_NEW_TABLE',
  'BT_DSL_NIL_EQUALS_NIL',
  'BT_DSL_NOT_A_FUNCTION',
  'BT_DSL_NOT_A_LIST',
  'BT_DSL_NOT_BEFORE',
  'BT_DSL_NOT_PRECEDENCE',
  'BT_DSL_NO_FIRST_VALUE',
  'BT_DSL_NUMERAL_IN_STRING',
  'BT_DSL_OF_ITSELF',
  'BT_DSL_ONE_SIDED',
  'BT_DSL_ONE_VALUE',
  'BT_DSL_PATTERN',
  'BT_DSL_QUOTED_TRUTH',
  'BT_DSL_QUOTES_IN_TEXT',
  'BT_DSL_REQUIREMENT',
  'BT_DSL_RESOURCE',
  'BT_DSL_SAME_SIDES',
  'BT_DSL_SPAN_ATTRIBUTE',
  'BT_DSL_STRICT_ORDER',
  'BT_DSL_SWAPPED',
  'BT_DSL_SYNTAX',
  'BT_DSL_TYPE_NAME',
  'BT_DSL_UNGUARDED_NIL',
  'BT_DSL_UNIT',
  'BT_DSL_UNIT_BESIDE',
  'BT_DSL_UNIT_IN_NAME',
  'BT_DSL_UNIT_TWICE',
  'BT_DSL_UNKNOWN_CHARACTER',
  'BT_DSL_UNKNOWN_FIELD',
  'BT_DSL_UNKNOWN_FUNCTION',
  'BT_DSL_UNKNOWN_NAME',
  'BT_DSL_UNKNOWN_VALUE',
  'BT_DSL_WHEN_BEGINS',
  'BT_DSL_WHEN_SCOPE',
  'BT_DSL_WHEN_WORD',
];
