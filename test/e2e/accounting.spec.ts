import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { metric } from '../harness/kafka/cluster.js';

/** A trace is forgotten after 4 s of silence: on a busy machine two requests may be seconds apart. */
const env = {
  BETRACE_TRACE_ROOT_GRACE: '200ms',
  BETRACE_TRACE_IDLE_TIMEOUT: '300ms',
  BETRACE_TRACE_LATE_WINDOW: '3700ms',
  BETRACE_TRACE_MAX_AGE: '5s',
};

interface Total {
  readonly received: number;
  readonly unanswered: number;
  readonly carried_over: number;
  readonly judged: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly superseded: number;
  readonly rejected: Readonly<Record<string, number>>;
  readonly own: number;
  readonly on_the_way: number;
  readonly judged_before: number;
  readonly unaccounted: number;
}

interface Accounting {
  readonly exact: boolean;
  readonly inexact: readonly string[];
  readonly total: Total;
  readonly hops: {
    readonly receive: { readonly logged: number; readonly under_way: number; readonly unconfirmed: number; readonly unaccounted: number };
    readonly evaluate: { readonly retried: number; readonly unaccounted: number; readonly open_traces: number; readonly in_log: number };
    readonly keep: {
      readonly kept: number;
      readonly waiting_records: number;
      readonly latency_seconds: { readonly of: number; readonly max?: number };
    };
  };
}

const NOW = 1_699_000_000_000_000_000n;

/** A span in OTLP's JSON; `n` numbers its trace and itself. */
const span = (trace: number, id: number, change: object = {}) => ({
  traceId: trace.toString(16).padStart(32, '0'),
  spanId: id.toString(16).padStart(16, '0'),
  ...(id === 1 ? {} : { parentSpanId: '1'.padStart(16, '0') }),
  name: `span ${id}`,
  startTimeUnixNano: String(NOW),
  endTimeUnixNano: String(NOW + 2_000_000_000n),
  ...change,
});

describe('accounting', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, ...env } });
  };
  beforeEach(async () => {
    folder = await storageFolder();
    await start();
    const rule = { name: 'slow', expression: 'span.duration > 1s' };
    expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    expect((await betrace.json('POST', '/v1/rules', { name: 'no root', expression: 'not trace.has(span.name == "span 1")' })).status).toBe(
      201,
    );
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const request = (spans: readonly object[], scope = 'shop') => ({ resourceSpans: [{ scopeSpans: [{ scope: { name: scope }, spans }] }] });
  const send = async (spans: readonly object[], scope?: string) =>
    expect((await betrace.json('POST', '/v1/traces', request(spans, scope))).status).toBe(200);
  /** An account to which every thread answered: on a busy machine one may be silent for the 3 s that a request waits, which the account names. */
  const account = () =>
    eventually(
      'an account of all threads',
      async () => {
        const { body } = await betrace.json<Accounting>('GET', '/v1/accounting');
        return body.inexact.some((reason) => reason.includes('does not answer')) ? undefined : body;
      },
      60_000,
    );
  const sumOf = (total: Total) => {
    const { judged, duplicates, conflicts, superseded, rejected, own, on_the_way, judged_before } = total;
    const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
    return judged + duplicates + conflicts + superseded + refused + own + on_the_way + judged_before;
  };
  /** The equations that hold at every instant. */
  const expectExact = (told: Accounting) => {
    expect(told.inexact).toEqual([]);
    expect(told.exact).toBe(true);
    expect([told.total.unaccounted, told.hops.receive.unaccounted, told.hops.evaluate.unaccounted]).toEqual([0, 0, 0]);
    expect(told.total.received + told.total.unanswered + told.total.carried_over).toBe(sumOf(told.total));
  };
  /** Resolves when all spans are evaluated. */
  const settled = async () => {
    const look = async () => {
      const now = await account();
      expectExact(now);
      return now.total.on_the_way === 0 && now.hops.evaluate.open_traces === 0 && now.hops.keep.waiting_records === 0 ? now : undefined;
    };
    return eventually('an account of nothing on the way', look, 60_000);
  };
  /** Resolves when the traces of just now are forgotten: log time, which does not count pauses of the machine, says when. */
  const forgotten = async () => {
    const memory = async () => (await metric(betrace, 'betrace_trace_memory_bytes')).reduce((sum, bytes) => sum + bytes, 0);
    await eventually('a remembered trace', async () => ((await memory()) > 0 ? true : undefined));
    await eventually('that it is forgotten', async () => ((await memory()) === 0 ? true : undefined));
  };

  it('distinguishes each kind of span', async () => {
    await send([span(1, 1), span(1, 2), span(1, 2)]);
    await send([span(1, 2), span(1, 3), span(1, 3, { name: 'span 1' })]);
    await send([span(1, 4, { traceId: '0'.repeat(32) }), span(1, 4, { spanId: '0'.repeat(16) })]);
    await send([span(1, 9)], 'betrace');
    await send([span(2, 1), span(2, 2, { endTimeUnixNano: '0' })]);
    await send([span(2, 2)]);
    await forgotten();
    await send([span(1, 2)]);
    await send([span(1, 7)]);
    const told = await settled();
    expect(told.total).toEqual({
      received: 14,
      unanswered: 0,
      carried_over: 0,
      judged: 6,
      duplicates: 3,
      conflicts: 1,
      superseded: 1,
      rejected: { trace_id_invalid: 1, span_id_invalid: 1 },
      own: 1,
      moved: 0,
      on_the_way: 0,
      judged_before: 0,
      unaccounted: 0,
    });
    expect(told.hops.evaluate.retried).toBe(1);
    expect(told.hops.receive).toMatchObject({ logged: 11, under_way: 0, unconfirmed: 0 });
    expect(told.hops.keep.kept).toBeGreaterThanOrEqual(6);
    expect(told.hops.keep.latency_seconds.of).toBe(told.hops.keep.kept);
    expect(told.hops.keep.latency_seconds.max).toBeLessThan(60);
  });

  it('holds at every instant under load, and after a kill and a stop during it', async () => {
    let trace = 10;
    const sent = { spans: 0, unique: 0, duplicates: 0, rejected: 0 };
    let loading = true;
    const load = async (): Promise<void> => {
      while (loading) {
        const first = (trace += 20);
        const spans = Array.from({ length: 20 }, (_, n) => [1, 2, 3].map((id) => span(first + n, id))).flat();
        const late = span(first, 4);
        const bad = span(first, 5, { traceId: '0'.repeat(32) });
        try {
          const answer = await betrace.json('POST', '/v1/traces', request([...spans, spans[7]!, bad]));
          if (answer.status !== 200) continue;
          sent.spans += 62;
          sent.unique += 60;
          sent.duplicates += 1;
          sent.rejected += 1;
          await new Promise((done) => setTimeout(done, 5));
          if ((await betrace.json('POST', '/v1/traces', request([late]))).status !== 200) continue;
          sent.spans += 1;
          sent.unique += 1;
        } catch {
          return;
        }
      }
    };
    const watch = async (looks: number) => {
      let before = 0;
      for (let look = 0; look < looks; look++) {
        const told = await account();
        expectExact(told);
        expect(told.total.received).toBeGreaterThanOrEqual(before);
        before = told.total.received;
        await new Promise((done) => setTimeout(done, 40));
      }
      return before;
    };
    const senders = [load(), load()];
    expect(await watch(20)).toBeGreaterThan(0);
    loading = false;
    await Promise.all(senders);
    const first = await settled();
    expect(first.total).toMatchObject({
      received: sent.spans,
      unanswered: 0,
      carried_over: 0,
      judged: sent.unique,
      duplicates: sent.duplicates,
      rejected: { trace_id_invalid: sent.rejected },
    });

    for (const end of ['kill', 'stop'] as const) {
      loading = true;
      const more = [load(), load()];
      await watch(5);
      await betrace[end]();
      loading = false;
      await Promise.all(more);
      await start();
      loading = true;
      Object.assign(sent, { spans: 0, unique: 0, duplicates: 0, rejected: 0 });
      const again = [load(), load()];
      await watch(10);
      loading = false;
      await Promise.all(again);
      const told = await settled();
      expect(told.total).toMatchObject({ received: sent.spans, unanswered: 0, rejected: { trace_id_invalid: sent.rejected } });
      expect(told.total.judged + told.total.duplicates).toBe(sent.unique + sent.duplicates + told.total.carried_over);
    }
  });
});
