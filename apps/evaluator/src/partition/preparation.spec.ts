import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, type Position, readAll, type Subscription, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, EVALUATORS, type PublishedRule, TOPICS, type ViolationRecord } from '#records';
import { traceIn } from '../../../../test/fixtures/evaluator/trace-in.js';
import { openSteadyLog } from '../../../../test/fixtures/messaging/steady-log.js';
import { Evaluator } from './evaluator.js';

const SLOW: PublishedRule = { id: 'slow', name: 'Slow', version: 1, expression: 'span.duration > 1s', severity: 'HIGH' };
const UNAUDITED: PublishedRule = {
  id: 'unaudited',
  name: 'Unaudited',
  version: 1,
  expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")',
  severity: 'HIGH',
};
const assembly = { rootGrace: 20, idleTimeout: 5_000, maxAge: 20_000, lateWindow: 20_000, maxSpans: 100, memoryBudget: 64 * 1024 * 1024 };

/** An owner of a partition, and an heir that prepares for it and takes it over when the owner stops. */
describe('a partition that is prepared for', () => {
  let log: Log;
  let owner: Evaluator;
  let heir: Evaluator;
  let release: () => void;
  /** The heir's start, and the position committed at that time. */
  let began: { readonly from: number | undefined; readonly committed: Position | undefined } | undefined;
  let warnings: string[];
  let members = 0;

  const evaluatorOf = (of: Log, times: Partial<typeof assembly> = {}): Evaluator => {
    const settings = { volatile: false, foreignProducers: true, name: `prepared-${++members}`, assembly: { ...assembly, ...times } };
    const intervals = { commitInterval: 0, evaluationTimeout: 100, idleInterval: 5, version: '0.0.0', handOverTimeout: 1_000 };
    const keys = { key: 'changeme', development: true };
    return new Evaluator(of, { log: log.forThreads(), ...settings, keys, ...intervals }, { warn: ({ message }) => warnings.push(message) });
  };

  /** As in a group: the heir joins after the owner has stopped. */
  const heirOf = async (times: Partial<typeof assembly> = {}): Promise<void> => {
    const released = Promise.withResolvers<void>();
    release = released.resolve;
    const seen: Log = Object.create(log);
    seen.append = (topic, records) => log.append(topic, records);
    seen.subscribe = async (options): Promise<Subscription> => {
      if (options.topic !== TOPICS.spans) return log.subscribe(options);
      const { listener } = options;
      const assigned: typeof listener.assigned = async (partition, committed, start) => {
        const from = await listener.assigned(partition, committed, start);
        if (partition === 0) began = { from, committed };
        return from;
      };
      const joined = released.promise.then(() =>
        log.subscribe({
          ...options,
          listener: {
            assigned,
            records: (batch) => listener.records(batch),
            idle: (partition, at) => listener.idle!(partition, at),
            revoked: (partition) => listener.revoked(partition),
            failed: (error, partition) => listener.failed!(error, partition),
          },
        }),
      );
      return {
        commit: async (partition, position) => (await joined).commit(partition, position),
        pause: () => undefined,
        resume: () => undefined,
        hurry: () => undefined,
        staysMember: false,
        handOver: async () => undefined,
        close: async () => (await joined).close(),
      };
    };
    heir = evaluatorOf(seen, times);
    await heir.start();
    await heir.prepare(0, position);
  };
  const position = (): Promise<Position | undefined> => log.committed(TOPICS.spans, EVALUATORS, 0);

  beforeEach(async () => {
    log = openSteadyLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
    warnings = [];
    began = undefined;
    owner = evaluatorOf(log);
    await owner.start();
    const epoch = { epoch: 1, snapshot: [SLOW, UNAUDITED] };
    await log.append(TOPICS.rules, [{ partition: 0, key: '1', value: Buffer.from(JSON.stringify(epoch)) }]);
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}1` };
    await log.append(
      TOPICS.spans,
      [0, 1].map((partition) => ({ partition, value: new Uint8Array(), headers })),
    );
  });
  afterEach(async () => {
    await owner.stop();
    release();
    await heir.stop();
    await log.close();
  });

  const send = async (trace: string, name: string, duration = 1): Promise<void> => {
    const span = { trace_id: traceIn(0, 2, trace), span_id: `${trace}-${name}`, parent_id: 'elsewhere', name, duration };
    const value = encodeRequest(spansFromValue({ spans: [span] }, { incomplete: true }));
    await log.append(TOPICS.spans, [{ partition: 0, value }]);
  };
  const slow = (trace: string): Promise<void> => send(trace, 'request', 2_000_000_000);
  /** The spans of the violations in the log, in its order. */
  const found = async (): Promise<string[]> =>
    (await readAll(log, TOPICS.violations, 0)).map(({ value }) => {
      const { rule_id, span_id, trace_id } = JSON.parse(Buffer.from(value).toString()) as ViolationRecord;
      return rule_id === 'slow' ? span_id : `${trace_id.replaceAll("'", '')} ${rule_id}`;
    });
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 60_000;
    while (!(await holds())) {
      if (performance.now() > deadline) throw new Error(`${what} did not happen: ${(await found()).join(', ')}; ${warnings.join('; ')}`);
      await new Promise((done) => setTimeout(done, 5));
    }
  };
  /** The owner has published all results of the log, and reported it. */
  const settled = (): Promise<void> =>
    until('the commit', async () => {
      const { end } = await log.bounds(TOPICS.spans, 0);
      return (JSON.parse((await position())?.metadata ?? '{}') as { published?: number }).published === end;
    });
  const sum = (evaluator: Evaluator, metric: string): number =>
    evaluator.measurements.drain().reduce((total, one) => total + (one.metric === metric ? one.value : 0), 0);

  it('does not block an evaluator that stops during a hanging broker', async () => {
    await slow('a');
    await settled();
    let hangs = false;
    const seen: Log = Object.create(log);
    seen.subscribe = async (options) => {
      if (options.topic !== TOPICS.spans) return log.subscribe(options);
      const nothing = async () => undefined;
      return {
        commit: nothing,
        staysMember: false,
        handOver: nothing,
        close: nothing,
        pause: () => undefined,
        resume: () => undefined,
        hurry: () => undefined,
      };
    };
    seen.read = async function* (topic, partition, from, to) {
      if (topic === TOPICS.spans && hangs) await new Promise(() => undefined);
      yield* log.read(topic, partition, from, to);
    };
    release = () => undefined;
    heir = evaluatorOf(seen);
    await heir.start();
    await heir.prepare(0, position);
    hangs = true;
    await slow('b');
    await settled();
    // It follows twice a second.
    await new Promise((done) => setTimeout(done, 1_000));
    const stopped = heir.stop().then(() => 'stopped');
    expect(await Promise.race([stopped, new Promise((done) => setTimeout(done, 4_000, 'waits'))])).toBe('stopped');
  });

  it('is not read again because the log failed during its assignment', async () => {
    await slow('a');
    await settled();
    await heirOf();
    await owner.stop();
    let failures = 2;
    const bounds = log.bounds.bind(log);
    log.bounds = async (topic, partition) => {
      if (topic === TOPICS.spans && partition === 0 && failures-- > 0) throw new Error('the broker is unavailable');
      return bounds(topic, partition);
    };
    await slow('b');
    release();
    await until('the last verdict', async () => (await found()).includes('b-request'));
    expect(failures).toBeLessThan(0);
    expect(await found()).toEqual(['a-request', 'b-request']);
    // A new run begins at or before the committed offset.
    expect(began!.from).toBeGreaterThan(began!.committed!.offset);
  });

  it('continues where its owner stopped: nothing is published, counted, moved or dead-lettered twice', async () => {
    await slow('a');
    // Open at the hand-over; the verdict needs the spans of both sides.
    await send('straddles', 'charge');
    await send('audited', 'charge');
    await log.append(TOPICS.spans, [{ partition: 0, value: Buffer.from('unreadable') }]);
    const misplaced = { trace_id: traceIn(1, 2, 'elsewhere'), span_id: 'm', name: 'm' };
    await log.append(TOPICS.spans, [{ partition: 0, value: encodeRequest(spansFromValue({ spans: [misplaced] }, { incomplete: true })) }]);
    await settled();
    await heirOf();
    const metrics = new Set(heir.measurements.drain().map(({ metric }) => metric));
    expect([...metrics].filter((metric) => metric !== 'ruleEvaluationDuration')).toEqual([]);
    expect(heir.account.partitions).toEqual([]);

    await slow('b');
    await settled();
    await owner.stop();
    await send('audited', 'audit');
    await slow('c');
    release();
    await until('the last verdict', async () => (await found()).includes('straddles unaudited'));
    expect(await found()).toEqual(['a-request', 'b-request', 'c-request', 'straddles unaudited']);
    expect(began!.from).toBeGreaterThan(began!.committed!.offset);
    expect(await readAll(log, TOPICS.deadLetters, 0)).toHaveLength(1);
    const moved = (await readAll(log, TOPICS.spans, 1)).filter(({ headers }) => headers?.['betrace-moved'] !== undefined);
    expect(moved).toHaveLength(1);
    // It was ready up to 'b', which the owner judged; it judged 'b' again, and then its own spans.
    await heir.stop();
    // One of them is the span that was moved to the other partition, which was not prepared.
    expect([3, 4]).toContain(sum(heir, 'spansEvaluated'));
    expect(warnings).toEqual([expect.stringContaining('partition 0 of betrace.spans has spans')]);
  });

  it('is judged again from the commit when settings change the verdicts', async () => {
    await send('old', 'charge');
    await slow('a');
    await settled();
    await heirOf({ idleTimeout: 1_000 });
    await slow('b');
    await settled();
    await owner.stop();
    release();
    await until('the verdicts', async () => (await found()).filter((one) => one === 'b-request').length === 2);
    // The position is that of the oldest remembered trace: everything from it on is found and published again.
    expect(began!.from).toBeLessThanOrEqual(began!.committed!.offset);
    expect((await found()).filter((one) => one === 'a-request')).toHaveLength(2);
  });

  it('starts without the preparation when its position was set by hand', async () => {
    await slow('a');
    await settled();
    await heirOf();
    await owner.stop();
    const other = await log.subscribe({
      topic: TOPICS.spans,
      group: EVALUATORS,
      partitions: [0],
      listener: { assigned: async () => 0, records: async () => {}, revoked: async () => {} },
    });
    await until('the position', () =>
      other.commit(0, { offset: 0, metadata: '' }).then(
        () => true,
        () => false,
      ),
    );
    await other.close();
    release();
    await until('the verdict again', async () => (await found()).length === 2);
    expect([began!.from, await found()]).toEqual([0, ['a-request', 'a-request']]);
  });

  it('starts again when the log was replaced', async () => {
    await slow('a');
    await settled();
    await heirOf();
    await owner.stop();
    const committed = await position();
    // The group's response at that time.
    let other = false;
    heir.dismissed(0);
    await heir.prepare(0, async () => (other ? undefined : committed));
    other = true;
    release();
    await until('the beginning', async () => began !== undefined);
    expect(began!.from).toBeLessThanOrEqual(committed!.offset);
  });

  it('is dropped when the partition does not come', async () => {
    await slow('a');
    await settled();
    await heirOf();
    heir.dismissed(0);
    await owner.stop();
    release();
    await until('the beginning', async () => began !== undefined);
    expect(began!.from).toBeLessThanOrEqual(began!.committed!.offset);
    await slow('b');
    await until('the verdict', async () => (await found()).includes('b-request'));
    expect(await found()).toEqual(['a-request', 'b-request']);
  });

  it('comes without preparation when the log cannot be read meanwhile', async () => {
    await slow('a');
    await settled();
    const { offsetAt } = log;
    log.offsetAt = async () => {
      throw new Error('no broker answers');
    };
    await heirOf();
    log.offsetAt = offsetAt.bind(log);
    expect(warnings).toEqual(['no broker answers']);
    await owner.stop();
    release();
    await slow('b');
    await until('the verdict', async () => (await found()).includes('b-request'));
    expect(await found()).toEqual(['a-request', 'b-request']);
  });
});
