import { describe, expect, it } from '@jest/globals';
import { luaString } from '../../../../test/fixtures/dsl/rules/arbitrary-rule.js';
import { columnsOf } from '../../../../test/fixtures/dsl/traces/plain-columns.js';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { check } from '../check/check.js';
import { compileRules } from '../compile/compile-rules.js';
import type { CompiledRuleSet } from '../contract/compiled-rule-set.js';
import type { SpanView } from '../trace/span-view.js';

describe('text of a rule never becomes code', () => {
  const HOSTILE = [
    '"; throw new Error("out"); "',
    "'+process.exit(1)+'",
    '\u0024{globalThis.process.exit(1)}',
    '`); globalThis.broken = true; (`',
    '\u2028\u2029 */ globalThis.broken = true /*',
    '\\"; globalThis.broken = true; //',
    '</script>',
    '\u0000\u007f\ufeff',
    '__proto__',
    'constructor',
  ];

  it.each(HOSTILE)('%j as a literal, an attribute key and a pattern', (text) => {
    const quoted = luaString(text);
    const rules = [
      `span.name == ${quoted}`,
      `span.attributes[${quoted}] == ${quoted}`,
      `span.resource[${quoted}] contains ${quoted}`,
      `trace.has(span.service:starts_with(${quoted}))`,
    ];
    const compiled = compile(rules);
    const span = viewOf({ name: text, service: text, attributes: { [text]: text }, resource: { [text]: text } });
    expect(matches(compiled, [span, viewOf({ name: 'other' })])).toEqual([[0, 1, 2, 3], []]);
    expect(globalThis).not.toHaveProperty('broken');
  });
});

describe('many rules', () => {
  it('are found by a dictionary of their names', () => {
    const rules = Array.from({ length: 300 }, (_, n) => `span.name == "op-${n % 100}" and span.duration >= ${n}`);
    const compiled = compile(rules);
    const spans = [
      viewOf({ name: 'op-7', duration: 110 }),
      viewOf({ name: 'op-700', duration: 1e9 }),
      viewOf({ name: 'op-99', duration: 299 }),
    ];
    expect(matches(compiled, spans)).toEqual([[7, 107], [], [99, 199, 299]]);
  });

  it('are found by attribute values of any type', () => {
    const literals = ['"a"', '"b"', '"5"', '5', '0', 'true', 'false', '2', '"c"', '9007199254740993'];
    const compiled = compile(literals.map((literal) => `attribute.key == ${literal}`));
    const values = ['a', 5, '5', true, -0, 9_007_199_254_740_993n, new TextEncoder().encode('c'), ['a'], undefined, Number.NaN];
    const spans = values.map((value) => viewOf({ attributes: value === undefined ? {} : { key: value } }));
    expect(matches(compiled, spans)).toEqual([[0], [3], [2], [5], [4], [9], [8], [], [], []]);
  });

  it('hide no error behind a dictionary', () => {
    const rules = Array.from({ length: 20 }, (_, n) => `attribute.n > 5 and span.name == "op-${n}"`);
    const { failed } = evaluate(compile(rules), [viewOf({ name: 'none of them' })]);
    expect(failed).toEqual([rules.map((_rule, index) => index)]);
  });

  it.each([1, 31, 32, 33, 64, 1_000, 5_000])('%d of them, each with its own bit', (count) => {
    const rules = Array.from({ length: count }, (_, n) => `span.duration == ${n} or span.kind == "server" and span.duration < ${-n - 1}`);
    const spans: PlainSpan[] = [{ duration: 0 }, { duration: count - 1 }, { duration: count }, { duration: -count, kind: 'server' }];
    const expected = [[0], [count - 1], [], Array.from({ length: count - 1 }, (_, n) => n)];
    expect(matches(compile(rules), spans.map(viewOf))).toEqual(expected);
  });

  it('of equal text share one condition', () => {
    const compiled = compile([
      'span.duration > 1s',
      'span.duration > 1000ms',
      '(span.duration) > 1000000000',
      'trace.has(span.duration > 1s)',
    ]);
    expect(compiled.conditions.length).toBe(1);
    expect(compiled.rulesOfCondition).toEqual([[0, 1, 2]]);
    expect(compiled.atomsOfCondition).toEqual([[0]]);
  });
});

describe('no rules', () => {
  it('cost nothing', () => {
    const compiled = compile([]);
    compiled.evaluate(columnsOf([viewOf({})], compiled.reads), 0, 1, new Uint32Array(0), new Uint32Array(0));
    expect(compiled.words).toBe(0);
  });
});

describe('the columns that are read', () => {
  it('are those that a rule names, and no others', () => {
    const { reads } = compile([
      'span.name == "a" and attribute.x',
      'trace.has(span.resource["r"] == attribute.y)',
      'span.duration > 1s and trace.duration > 2s',
    ]);
    expect(reads).toEqual({
      fields: new Set(['name']),
      attributes: ['x', 'y'],
      resourceAttributes: ['r'],
      bufferedAttributes: [],
      bufferedResourceAttributes: [],
      buffersColumns: false,
      buffersSpans: false,
    });
  });

  it('include those to buffer', () => {
    expect(compile(['trace.root.name == "a" and trace.has(span.name == "b")']).reads).toMatchObject({
      buffersColumns: true,
      buffersSpans: false,
    });
    expect(compile(['#span.events > 3']).reads).toMatchObject({ fields: new Set(['events']), buffersColumns: false, buffersSpans: true });
  });
});

function compile(texts: readonly string[]): CompiledRuleSet {
  return compileRules(
    texts.map((text) => {
      const checked = check(text);
      if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
      return { id: text, checked: checked.rule };
    }),
  );
}

/** The rules, or conditions of rules, that match each span. */
function matches(compiled: CompiledRuleSet, spans: readonly SpanView[]): number[][] {
  return evaluate(compiled, spans).matched;
}

function evaluate(compiled: CompiledRuleSet, spans: readonly SpanView[]): { readonly matched: number[][]; readonly failed: number[][] } {
  const { words } = compiled;
  const [matched, failed] = [new Uint32Array(spans.length * words), new Uint32Array(spans.length * words)];
  compiled.evaluate(columnsOf(spans, compiled.reads), 0, spans.length, matched, failed);
  const bitsOf = (bits: Uint32Array) =>
    spans.map((_span, row) =>
      compiled.conditions.map(({ index }) => index).filter((index) => ((bits[row * words + (index >> 5)] ?? 0) >>> (index & 31)) & 1),
    );
  return { matched: bitsOf(matched), failed: bitsOf(failed) };
}
