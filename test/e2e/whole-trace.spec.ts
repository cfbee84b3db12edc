import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Random } from '../chaos/random.js';
import { BeTrace } from '../harness/betrace.js';
import { seedOf } from '../harness/random-seed.js';

/** A span as in POST /v1/spans and /v1/rules/test. */
type PlainSpan = Readonly<Record<string, unknown>> & { readonly span_id: string };

interface Found {
  readonly rule_id: string;
  readonly span_id: string;
  readonly explanation: unknown;
}

const RULES: Readonly<Record<string, string>> = {
  alone: 'span.name == "a" and span.duration > 500ms',
  absent: 'trace.has(span.name == "a") and not trace.has(span.name == "b")',
  many: 'trace.count(span.name == "a") > 1',
  certain: 'trace.has(span.name == "a")',
  uniform: 'not trace.all(span.service == "s1")',
  present: 'span.name == "c" and trace.has(span.name == "a")',
  more: 'trace.count(span.name == "a") > trace.count(span.name == "b")',
  crowded: 'span.name == "c" and trace.count(span.name == "a") >= 2',
  joined: 'trace.has(one where one.name == "a" and not trace.has(span.name == "b" and attribute.n and attribute.n == one.attributes["n"]))',
  ordered: 'not trace.preceded(span.name == "a", span.name == "b")',
  shared: 'trace.max_count(attribute.n, span.name == "a") > 1',
  structure: 'span.name == "c" and not span.ancestors.has(span.name == "a")',
  root: 'trace.root and trace.root.duration > 500ms',
  script: 'local sum = 0 for _, s in ipairs(trace.spans) do if s.name == "a" then sum = sum + s.duration end end return sum > 1s',
};

const SEED = seedOf('whole traces');
const ROUNDS = 12;
const TRACES = 12;

/** Invariant 9, through the receivers, the log and the store. */
describe('the last revision is the judgement of the whole trace', () => {
  let betrace: BeTrace;
  beforeAll(async () => {
    // Traces close while their spans still come; none is forgotten before the end.
    const env = { BETRACE_TRACE_ROOT_GRACE: '30ms', BETRACE_TRACE_IDLE_TIMEOUT: '60ms', BETRACE_TRACE_LATE_WINDOW: '120s' };
    betrace = await BeTrace.start({ env });
    for (const [id, expression] of Object.entries(RULES)) {
      const { status } = await betrace.json('POST', '/v1/rules', { id, name: id, expression });
      expect([id, status]).toEqual([id, 201]);
    }
  });
  afterAll(() => betrace?.stop());

  const post = async (spans: readonly PlainSpan[]) => expect((await betrace.json('POST', '/v1/spans', { spans })).status).toBe(202);

  it('for any order, batches, copies and forms of its spans', async () => {
    const random = new Random(SEED);
    let found = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const traces = Array.from({ length: TRACES }, (_, n) => traceOf(random, `whole-${SEED}-${round}-${n}`));
      for (const batch of deliveryOf(random, traces.flat())) {
        await post(batch);
        await new Promise((done) => setTimeout(done, random.pick([0, 0, 5, 40, 90])));
      }
      const settled = await betrace.json('POST', '/v1/settle?timeout=60s');
      expect(settled.status).toBeLessThan(300);
      for (const spans of traces) found += await compare(spans);
    }
    expect(found).toBeGreaterThan(50);
  });

  /** Compares the open violations of a trace with the judgement of the whole trace; returns their number. */
  const compare = async (spans: readonly PlainSpan[]): Promise<number> => {
    const traceId = String(spans[0]?.['trace_id']);
    const query = `/v1/violations?trace_id=${traceId}&view=full&limit=1000`;
    const { violations } = (await betrace.json<{ violations: readonly Found[] }>('GET', query)).body;
    for (const [id, expression] of Object.entries(RULES)) {
      const judged = await betrace.json<{ matches: boolean; matched_spans?: readonly string[]; explanation: unknown }>(
        'POST',
        '/v1/rules/test',
        { expression, trace: spans },
      );
      const here = violations.filter(({ rule_id }) => rule_id === id);
      const { matches, matched_spans = [], explanation } = judged.body;
      const where = { seed: SEED, trace: traceId, rule: id };
      const stands = here.map(({ span_id }) => span_id);
      expect({ ...where, stands: [...new Set(stands)].sort() }).toEqual({ ...where, stands: [...new Set(matched_spans)].sort() });
      // Each form of a span may have one violation.
      for (const id of new Set(stands)) {
        const forms = spans.filter(({ span_id }) => span_id === id).length;
        expect([where, id, stands.filter((other) => other === id).length <= forms]).toEqual([where, id, true]);
      }
      if (matches && here.length === 1) expect({ ...where, explanation: here[0]?.explanation }).toEqual({ ...where, explanation });
    }
    return violations.length;
  };
});

function traceOf(random: Random, traceId: string): PlainSpan[] {
  const ids = Array.from({ length: random.between(1, 7) }, (_, n) => `${n}`);
  const spans = ids.map((span_id, n) => ({
    trace_id: traceId,
    span_id,
    ...(n === 0 ? {} : { parent_id: random.pick(ids) }),
    name: random.pick(['a', 'a', 'b', 'c', 'd']),
    service: random.pick(['s1', 's2']),
    kind: random.pick(['internal', 'server', 'client']),
    start_time: 1_699_000_000_000_000_000 + random.below(5) * 1_000_000,
    duration: random.pick([1_000_000, 400_000_000, 900_000_000]),
    attributes: random.chance(0.7) ? { n: random.below(3) } : {},
  }));
  return [...spans, ...spans.flatMap((span) => (random.chance(0.15) ? [otherForm(random, span)] : []))];
}

/** A different span with the same id: other content, or the other side of a call. */
function otherForm<S extends PlainSpan>(random: Random, span: S): PlainSpan {
  if (random.chance(0.5)) return { ...span, kind: span['kind'] === 'server' ? 'client' : 'server', duration: 700_000_000 };
  return { ...span, name: random.pick(['a', 'b', 'e']), attributes: { n: random.below(3), more: true }, duration: 650_000_000 };
}

/** The spans of all traces in some order, some of them twice, in batches. */
function deliveryOf(random: Random, spans: readonly PlainSpan[]): PlainSpan[][] {
  const all = random.shuffled([...spans, ...spans.filter(() => random.chance(0.2))]);
  const batches: PlainSpan[][] = [];
  for (let from = 0; from < all.length; ) {
    const to = from + random.between(1, 9);
    batches.push(all.slice(from, to));
    from = to;
  }
  return batches;
}
