import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TestCase } from '#cases';
import { judgeTrace, RuleSet } from '#engine';
import { encodeRequest, type WholeSpan } from '#otlp';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import { ENTITY_CASES, type EntityCases, PARENT, SPAN } from './entity-cases.js';

/** Rules about a whole trace: two traces merged are another trace. */
const OF_WHOLE_TRACES: ReadonlySet<string> = new Set(['tenant-isolation', 'version-skew', 'slow-share', 'swallowed-error']);
/** Keys that the rule compares with a path or computes with; the merged spans differ in their other keys. */
const COMPUTED: ReadonlySet<string> = new Set(['url.path', 'retry.attempt', 'gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens']);
const ROOT = '00000000000000ff';
const MS = 1_000_000n;

const examples = join(import.meta.dirname, '../../examples');
const rules = globSync('*/*.yaml', { cwd: examples })
  .flatMap((file) => readRuleFile(file, readFileSync(join(examples, file), 'utf8')).rules)
  .filter(({ id }) => ENTITY_CASES[id] !== undefined && !OF_WHOLE_TRACES.has(id));

describe('an example has the same verdicts on two of its cases in one trace as on each alone', () => {
  it.each(rules.map((rule) => [rule.id, rule] as const))('%s', (id, { expression, tests }) => {
    const example = ENTITY_CASES[id] as EntityCases;
    const set = RuleSet.compile(1, [{ id, name: id, version: 1, expression, severity: 'LOW' }]);
    const matches = (spans: readonly WholeSpan[]): boolean => judgeTrace(set, [encodeRequest(requestOf(spans))])[0]?.matches === true;
    const cases = tests.filter((test) => hasKeys(test, example)).map((test) => ({ ...test, isViolated: matches(test.spans) }));
    const wrong: string[] = [];
    let pairs = 0;
    for (const compliant of cases.filter(({ isViolated }) => !isViolated)) {
      for (const other of cases) {
        for (const [when, shift] of shiftsOf(compliant.spans, other.spans)) {
          pairs++;
          const both = together(compliant.spans, other.spans, shift, example.keys);
          if (matches(both) !== other.isViolated) wrong.push(`"${compliant.name}" with "${other.name}" ${when}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(pairs).toBeGreaterThan(0);
  });
});

/** Whether the spans are one trace with a key: entities without a key cannot be distinguished. */
function hasKeys({ name, spans }: TestCase, { keys, cases }: EntityCases): boolean {
  const lacking = cases['missing ids'];
  if (!('why' in lacking) && lacking.includes(name)) return false;
  if (new Set(spans.map(({ span }) => span.traceId)).size > 1) return false;
  return keys.some((key) => key === PARENT || key === SPAN || spans.some(({ span }) => span.attributes.some((one) => one.key === key)));
}

/** Simultaneous, overlapping, and consecutive. */
function shiftsOf(first: readonly WholeSpan[], second: readonly WholeSpan[]): readonly (readonly [string, bigint])[] {
  const [a, b] = [rangeOf(first), rangeOf(second)];
  return [
    ['at once', a.start - b.start],
    ['overlapping', a.start - b.start + (a.end - a.start) / 2n],
    ['after it', a.end - b.start + MS],
    ['before it', a.start - b.end - MS],
  ];
}

function rangeOf(spans: readonly WholeSpan[]): { readonly start: bigint; readonly end: bigint } {
  const starts = spans.map(({ span }) => span.startTimeUnixNano);
  const ends = spans.map(({ span }) => span.endTimeUnixNano);
  return { start: starts.reduce((a, b) => (a < b ? a : b)), end: ends.reduce((a, b) => (a > b ? a : b)) };
}

/** The spans of both below one root, each with its own keys. */
function together(first: readonly WholeSpan[], second: readonly WholeSpan[], shift: bigint, keys: readonly string[]): readonly WholeSpan[] {
  const spans = [...first.map((span) => moved(span, 'a', 0n, keys)), ...second.map((span) => moved(span, 'b', shift, keys))];
  const { start, end } = rangeOf(spans);
  const [{ span, scope }] = spans as [WholeSpan];
  const root = {
    ...span,
    spanId: ROOT,
    parentSpanId: '',
    name: 'batch',
    kind: 1,
    attributes: [],
    events: [],
    links: [],
    status: undefined,
  };
  return [{ scope, resource: undefined, span: { ...root, startTimeUnixNano: start, endTimeUnixNano: end } }, ...spans];
}

function moved({ span, ...others }: WholeSpan, entity: 'a' | 'b', shift: bigint, keys: readonly string[]): WholeSpan {
  const idOf = (id: string): string => entity + id.slice(1);
  const attributes = span.attributes
    // The ids in the notation are those of the original spans.
    .filter(({ key }) => !key.startsWith('betrace.'))
    .map((one) => (keys.includes(one.key) && !COMPUTED.has(one.key) ? { ...one, value: ownValue(one.value, entity) } : one));
  return {
    ...others,
    span: {
      ...span,
      spanId: idOf(span.spanId),
      parentSpanId: span.parentSpanId === '' ? ROOT : idOf(span.parentSpanId),
      attributes,
      links: span.links.map((link) => ({ ...link, spanId: idOf(link.spanId) })),
      startTimeUnixNano: span.startTimeUnixNano + shift,
      endTimeUnixNano: span.endTimeUnixNano + shift,
    },
  };
}

type Value = WholeSpan['span']['attributes'][number]['value'];

function ownValue(value: Value, entity: 'a' | 'b'): Value {
  if (value?.type === 'string') return { ...value, value: `${entity}-${value.value}` };
  if (value?.type !== 'int') return value;
  const own = entity === 'a' ? 1_000 : 2_000;
  return { ...value, value: typeof value.value === 'bigint' ? value.value + BigInt(own) : value.value + own };
}

function requestOf(spans: readonly WholeSpan[]): Parameters<typeof encodeRequest>[0] {
  return {
    resourceSpans: spans.map(({ span, resource, scope }) => ({
      resource,
      schemaUrl: '',
      scopeSpans: [{ scope, schemaUrl: '', spans: [span] }],
    })),
  };
}
