import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { TestCase } from '#cases';
import { judgeTrace, RuleSet } from '#engine';
import { encodeRequest, type WholeSpan } from '#otlp';
import { readRuleFile } from '../../apps/cli/src/rule-file/read-rule-file.js';
import type { RuleEntry } from '../../apps/cli/src/rule-file/rule-file.js';
import { ENTITY_CASES, type EntityCases, OF_ONE_SPAN, OF_THE_SHAPE, PARENT, SITUATIONS, type Situation, SPAN } from './entity-cases.js';

const examples = join(import.meta.dirname, '../../examples');
const rules = new Map(
  globSync('*/*.yaml', { cwd: examples })
    .flatMap((file) => readRuleFile(file, readFileSync(join(examples, file), 'utf8')).rules)
    .map((rule) => [rule.id, rule]),
);
const MS = 1_000_000n;
const [INTERNAL, SERVER, CLIENT] = [1, 2, 3];
/** Rules that compare the values of two spans: one value alone violates none of them. */
const COMPARED = new Set(['tenant-isolation', 'version-skew', 'prompt-injection', 'timeout-inversion']);

/** The conditions on a trace that shows a situation, so that the table cannot claim a situation that a case lacks. */
const SHOWS: Readonly<Record<Situation, (spans: readonly WholeSpan[], keys: readonly string[], rule: RuleEntry) => boolean>> = {
  'two entities': (spans, keys) =>
    keys.some((key) => new Set(spans.map((span) => keyOf(span, key)).filter((value) => value !== '')).size > 1),
  concurrent: (spans) => besides(spans, (a, b) => start(a) < end(b) && start(b) < end(a)),
  nested: (spans) => spans.some((span) => aboveOf(spans, span).length >= 2),
  'equal times': (spans) => besides(spans, (a, b) => start(a) === start(b) || end(a) === end(b) || end(a) === start(b)),
  'missing ids': (spans, keys, rule) => keys.some((key) => spans.some((span) => lacks(spans, span, key, rule))),
  'skewed clocks': (spans) =>
    spans.some((span) => {
      const above = spans.find((other) => idOf(other) === span.span.parentSpanId);
      return above !== undefined && service(above) !== service(span) && start(span) < start(above);
    }) || besides(spans, (a, b) => service(a) !== service(b) && start(b) !== end(a) && distance(end(a), start(b)) <= MS),
  'client and server': (spans) =>
    spans.some(
      ({ span }) => span.kind === SERVER && spans.some((other) => idOf(other) === span.parentSpanId && other.span.kind === CLIENT),
    ),
};

const idOf = ({ span }: WholeSpan) => span.spanId;
const start = ({ span }: WholeSpan) => span.startTimeUnixNano;
const end = ({ span }: WholeSpan) => span.endTimeUnixNano;
const service = (span: WholeSpan) => keyOf(span, 'service.name');
const distance = (a: bigint, b: bigint) => (a > b ? a - b : b - a);

function keyOf({ span, resource }: WholeSpan, key: string): string {
  if (key === PARENT) return span.parentSpanId;
  if (key === SPAN) return span.spanId;
  const found = [...span.attributes, ...(resource?.attributes ?? [])].find((attribute) => attribute.key === key);
  return found === undefined ? '' : JSON.stringify(found.value, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

function aboveOf(spans: readonly WholeSpan[], span: WholeSpan): readonly WholeSpan[] {
  const above = spans.find((other) => idOf(other) === span.span.parentSpanId);
  return above === undefined ? [] : [above, ...aboveOf(spans, above)];
}

/** Whether two spans, neither an ancestor of the other, satisfy `are`. */
function besides(spans: readonly WholeSpan[], are: (a: WholeSpan, b: WholeSpan) => boolean): boolean {
  return spans.some((a) => spans.some((b) => a !== b && are(a, b) && !aboveOf(spans, a).includes(b) && !aboveOf(spans, b).includes(a)));
}

/** Whether a similar span (by name or kind) has the key in another case. For parents: the span has none, or its parent is not in the trace. */
function lacks(spans: readonly WholeSpan[], span: WholeSpan, key: string, rule: RuleEntry): boolean {
  if (key === SPAN) return false;
  if (key === PARENT) return keyOf(span, key) === '' ? span !== spans[0] : !spans.some((other) => idOf(other) === keyOf(span, key));
  const likes = rule.tests
    .flatMap((test) => test.spans)
    .filter((other) => other.span.name === span.span.name || (span.span.kind > INTERNAL && other.span.kind === span.span.kind));
  return keyOf(span, key) === '' && likes.some((other) => keyOf(other, key) !== '');
}

function matches({ id, expression }: RuleEntry, spans: readonly WholeSpan[]): boolean {
  const set = RuleSet.compile(1, [{ id, name: id, version: 1, expression, severity: 'LOW' }]);
  const resourceSpans = spans.map(({ span, resource, scope }) => ({
    resource,
    schemaUrl: '',
    scopeSpans: [{ scope, schemaUrl: '', spans: [span] }],
  }));
  return judgeTrace(set, [encodeRequest({ resourceSpans })])[0]!.matches;
}

describe('an example about order, absence or values', () => {
  const cells = Object.entries(ENTITY_CASES).flatMap(([id, example]) =>
    SITUATIONS.flatMap((situation) => {
      const cases = example.cases[situation];
      return 'why' in cases ? [] : cases.map((name) => ({ id, situation, name, example }));
    }),
  );

  it('is each one, except those about one span or the shape of a trace', () => {
    const told = [ENTITY_CASES, OF_ONE_SPAN, OF_THE_SHAPE].flatMap((table) => Object.keys(table));
    expect(told.sort()).toEqual([...rules.keys()].sort());
  });

  it.each(cells)('$id has a case of $situation: $name', ({ id, situation, name, example }) => {
    const rule = rules.get(id) as RuleEntry;
    const test = rule.tests.find((one) => one.name === name);
    expect(test).toBeDefined();
    expect(SHOWS[situation]((test as TestCase).spans, example.keys, rule)).toBe(true);
  });

  it('has for two entities a violating case', () => {
    const violated = (id: string, { cases }: EntityCases) => {
      const names = cases['two entities'];
      return 'why' in names || rules.get(id)?.tests.some((test) => names.includes(test.name) && test.expect.match) === true;
    };
    expect(Object.entries(ENTITY_CASES).filter(([id, example]) => !violated(id, example))).toEqual([]);
  });

  it('lacks few situations, with a reason', () => {
    const reasons = Object.entries(ENTITY_CASES).flatMap(([id, { cases }]) =>
      SITUATIONS.filter((situation) => 'why' in cases[situation]).map((situation) => `${id}: ${situation}`),
    );
    expect(reasons).toEqual(['slow-share: two entities']);
  });
});

describe('of two entities in one trace', () => {
  const joined = Object.entries(ENTITY_CASES).flatMap(([id, { keys, cases }]) => {
    const names = cases['two entities'];
    const key = keys[0] as string;
    return 'why' in names || key === PARENT || key === SPAN || COMPARED.has(id) ? [] : [{ id, key, names }];
  });

  it.each(joined)('$id is violated by one, and not by the other alone', ({ id, key, names }) => {
    const rule = rules.get(id) as RuleEntry;
    const outcomes = rule.tests
      .filter((test) => names.includes(test.name) && test.expect.match)
      .map(({ spans }) => {
        const values = [...new Set(spans.map((span) => keyOf(span, key)))].filter((value) => value !== '');
        return values.map((value) =>
          matches(
            rule,
            spans.filter((span) => ['', value].includes(keyOf(span, key))),
          ),
        );
      });
    expect(outcomes.some((each) => each.includes(true) && each.includes(false))).toBe(true);
  });
});

describe('an example about one span', () => {
  it.each(Object.keys(OF_ONE_SPAN))('%s has the same result for each span by itself', (id) => {
    const rule = rules.get(id) as RuleEntry;
    for (const { name, spans, expect: expected } of rule.tests) {
      expect({ name, match: spans.some((span) => matches(rule, [span])) }).toEqual({ name, match: expected.match });
    }
  });
});
