import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Random } from '../chaos/random.js';
import { CHAOS_RULES, planTrace } from '../chaos/traces.js';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { seedOf } from '../harness/random-seed.js';

interface Sample {
  readonly trace_id: string;
  readonly span_id: string;
  readonly revision: number;
  readonly message: string;
  readonly explanation: object;
}

interface Result {
  readonly traces: number;
  readonly matched_traces: number;
  readonly violations: number;
  readonly histogram: readonly { readonly traces: number; readonly matched_traces: number }[];
  readonly samples: readonly Sample[];
  readonly limits: { readonly open_traces: number };
  readonly cost: object;
  readonly comparison?: { readonly only_new: number; readonly only_old: number; readonly both: number };
}

interface Preview {
  readonly id: string;
  readonly state: string;
  readonly result?: Result;
  readonly error?: object;
}

interface Violation extends Sample {
  readonly rule_id: string;
}

const TRACES = 60;
/** The states of a preview that continues. */
const UNFINISHED = ['queued', 'running'];
const ENVIRONMENT = {
  BETRACE_TRACE_ROOT_GRACE: '200ms',
  BETRACE_TRACE_IDLE_TIMEOUT: '500ms',
  BETRACE_TRACE_MAX_AGE: '3s',
  // On a busy machine the sender takes a minute, and a span after the window would begin another trace.
  BETRACE_TRACE_LATE_WINDOW: '600s',
  BETRACE_PREVIEW_LOAD: '100',
};

describe('a rule over the recorded past', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  beforeEach(async () => {
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const preview = async (body: object): Promise<Result> => {
    const begun = await betrace.json<Preview>('POST', '/v1/rules/preview', body);
    expect(begun.status).toBe(202);
    const { state, result, error } = await eventually(
      'the end of the preview',
      async () => {
        const { body: now } = await betrace.json<Preview>('GET', `${begun.headers.get('location')}?wait=30s`);
        return UNFINISHED.includes(now.state) ? undefined : now;
      },
      180_000,
    );
    expect({ state, error }).toEqual({ state: 'done', error: undefined });
    return result!;
  };

  /** Sends late spans, copies and retractions over some seconds, in any order. */
  const sendTraces = async (): Promise<void> => {
    const random = new Random(seedOf('rules over the recorded past'));
    const sendings = Array.from({ length: TRACES }, () => planTrace(random)).flatMap(({ sendings }) => {
      const begin = random.between(0, 2_000);
      return sendings.map(({ at, spans }) => ({ at: begin + at / 2, spans }));
    });
    const since = performance.now();
    for (const { at, spans } of sendings.sort((a, b) => a.at - b.at)) {
      await pause(Math.max(0, at - (performance.now() - since)));
      expect((await betrace.json('POST', '/v1/spans', { spans })).status).toBe(202);
    }
  };

  const standing = async (ruleId: string): Promise<readonly Violation[]> => {
    const path = `/v1/violations?rule_id=${ruleId}&status=open&limit=1000&view=full&settled=true`;
    return (await betrace.json<{ violations: readonly Violation[] }>('GET', path)).body.violations;
  };
  const named = ({ trace_id, span_id, revision, message, explanation }: Sample) => ({ trace_id, span_id, revision, message, explanation });

  it.each(['memory', 'disk'])('finds what the evaluators found (log: %s)', async (where) => {
    const env = { ...ENVIRONMENT, ...(where === 'disk' ? { BETRACE_STORAGE_PATH: folder.path } : {}) };
    betrace = await BeTrace.start({ env });
    await betrace.json('POST', '/v1/rules/import', { rules: CHAOS_RULES });
    await sendTraces();
    const every = { expression: 'trace.has(span.name == "checkout")', samples: 0 };
    await eventually(
      'the last trace closed',
      async () => ((await preview(every)).limits.open_traces === 0 ? true : undefined),
      60_000,
      500,
    );
    expect(await preview(every)).toMatchObject({ traces: TRACES, matched_traces: TRACES, violations: TRACES, samples: [] });
    let found = 0;
    const results: Result[] = [];
    for (const { id, name, expression } of CHAOS_RULES) {
      const violations = await standing(id);
      const result = await preview({ expression, name, samples: 50, from: '1h' });
      results.push(result);
      found += violations.length;
      expect(result).toMatchObject({
        traces: TRACES,
        matched_traces: new Set(violations.map(({ trace_id }) => trace_id)).size,
        violations: violations.length,
      });
      const sum = (of: 'traces' | 'matched_traces') => result.histogram.reduce((total, bucket) => total + bucket[of], 0);
      expect([sum('traces'), sum('matched_traces')]).toEqual([TRACES, result.matched_traces]);
      // A trace may have more violations than the two that are samples.
      expect(violations.map(named)).toEqual(expect.arrayContaining(result.samples.map(named)));
      expect(new Set(result.samples.map(({ trace_id }) => trace_id)).size).toBe(Math.min(50, result.matched_traces));
    }
    expect(found).toBeGreaterThan(TRACES);
    const slower = { expression: 'span.duration > 2s', compare_with: { rule_id: 'slow' } };
    const { matched_traces, comparison } = await preview(slower);
    expect(comparison).toMatchObject({ only_new: 0, both: matched_traces, only_old: results[0]!.matched_traces - matched_traces });
    if (where === 'memory') return;
    await betrace.kill();
    betrace = await BeTrace.start({ env });
    const { expression, name } = CHAOS_RULES[2];
    const { matched_traces: again, samples } = await preview({ expression, name, samples: 50 });
    expect({ again, samples }).toEqual({ again: results[2]!.matched_traces, samples: results[2]!.samples });
  });

  it('can be cancelled, and blocks no other', async () => {
    betrace = await BeTrace.start({ env: { ...ENVIRONMENT, BETRACE_PREVIEW_LOAD: '1' } });
    const spans = Array.from({ length: 500 }, (_, n) => ({ trace_id: `t${n}`, span_id: 'a', name: 's', start_time: 1, duration: n }));
    for (let n = 0; n < 40; n++) await betrace.json('POST', '/v1/spans', { spans: spans.map((span) => ({ ...span, span_id: `s${n}` })) });
    const rule = { expression: 'trace.count(span.duration > 10) > 3' };
    const begin = async () => (await betrace.json<Preview>('POST', '/v1/rules/preview', rule)).body;
    const first = await begin();
    const second = await begin();
    const states = async () =>
      (await betrace.json<{ previews: readonly Preview[] }>('GET', '/v1/previews')).body.previews.map(({ id, state }) => [id, state]);
    expect(await states()).toEqual([
      [second.id, 'queued'],
      [first.id, 'running'],
    ]);
    await eventually('progress', async () => {
      const { progress } = (await betrace.json<{ progress?: object }>('GET', `/v1/previews/${first.id}`)).body;
      return progress;
    });
    expect((await betrace.json('DELETE', `/v1/previews/${first.id}`)).status).toBe(204);
    expect((await betrace.json('GET', `/v1/previews/${first.id}`)).status).toBe(404);
    expect(await states()).toEqual([[second.id, 'running']]);
    expect((await betrace.json('POST', '/v1/spans', { spans: [spans[0]] })).status).toBe(202);
    const more = await Promise.all(Array.from({ length: 9 }, () => betrace.json('POST', '/v1/rules/preview', rule)));
    expect(more.map(({ status }) => status).sort()).toEqual([202, 202, 202, 202, 202, 202, 202, 202, 429]);
    expect(await betrace.stop()).toBe(0);
  });
});
