import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Log, openLog, partitionOfKey, readAll, type SubscribeOptions, type Subscription, topicSpecifications } from '#messaging';
import { encodeRequest, spansFromValue } from '#otlp';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, TOPICS, type ViolationRecord } from '#records';
import { Evaluator } from '../../apps/evaluator/src/partition/evaluator.js';
import { shares } from '../../apps/evaluator/src/threads/shares.js';
import { Random } from '../chaos/random.js';
import { CHAOS_RULES, type PlainSpan, planTrace } from '../chaos/traces.js';
import { eventually } from '../harness/eventually.js';

const PARTITIONS = 12;
/** Short, so that traces of a second are open, closed, late, forgotten, and continued afterwards. */
const ASSEMBLY = { rootGrace: 20, idleTimeout: 50, maxAge: 150, lateWindow: 80, maxSpans: 100, memoryBudget: 1e9 };

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** docs/architecture.md, invariant 2: evaluation depends on the log alone. */
describe('the same log', () => {
  let log: Log;
  let ends: number[];
  let expected: ReadonlyMap<string, string>;

  const rules = async (epoch: number, slow: string): Promise<void> => {
    const snapshot = CHAOS_RULES.map((rule) =>
      rule.id === 'slow' ? { ...rule, version: epoch, expression: slow } : { ...rule, version: 1 },
    );
    await log.append(TOPICS.rules, [{ partition: 0, key: String(epoch), value: Buffer.from(JSON.stringify({ epoch, snapshot })) }]);
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${epoch}` };
    const markers = Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value: new Uint8Array(), headers }));
    await log.append(TOPICS.spans, markers);
  };
  const append = async (spans: readonly PlainSpan[]): Promise<void> => {
    const value = encodeRequest(spansFromValue({ spans: spans.map((span) => ({ ...span })) }, { incomplete: true }));
    await log.append(TOPICS.spans, [{ partition: partitionOfKey(spans[0]!.trace_id, PARTITIONS), value }]);
  };

  /** A group's view of the log, with its own batch size, its own publications, and commits that can be cut off. */
  function view(group: string, maxBatchBytes: number) {
    const published = new Map<string, string>();
    const repeated: string[] = [];
    const clashes: string[] = [];
    const seen: Log = Object.create(log);
    seen.append = async (topic, records) => {
      if (topic !== TOPICS.violations) return records.map(() => 0);
      for (const { value } of records) {
        const { id, revision, log: range, signature } = JSON.parse(Buffer.from(value).toString()) as ViolationRecord;
        const key = `${id}@${revision} from ${range.first_offset}`;
        if ((published.get(key) ?? signature) !== signature) clashes.push(key);
        if (published.has(key)) repeated.push(key);
        published.set(key, signature);
      }
      return records.map(() => 0);
    };
    const reached = new Map<number, number>();
    const alive = { is: true };
    /** While set, partitions stay with their owners, and their next owners prepare. */
    const held: { until?: Promise<void> } = {};
    /** Partitions that were assigned to a run that had prepared beyond the committed position. */
    let takenUp = 0;
    const join = async (options: SubscribeOptions, prepared: boolean): Promise<Subscription> => {
      const { listener } = options;
      const mine = alive.is;
      const subscription = await log.subscribe({
        ...options,
        group,
        maxBatchBytes,
        listener: {
          assigned: async (partition, committed, start) => {
            const from = await listener.assigned(partition, committed, start);
            if (prepared && committed !== undefined && from !== undefined && from > committed.offset) takenUp++;
            return from;
          },
          revoked: (partition) => listener.revoked(partition),
          failed: (error, partition) => listener.failed?.(error, partition),
          records: async (batch) => {
            await listener.records(batch);
            reached.set(batch.partition, (batch.records.at(-1)?.offset ?? -1) + 1);
          },
        },
      });
      const commit = subscription.commit.bind(subscription);
      subscription.commit = async (partition, position) => {
        if (mine && alive.is) await commit(partition, position);
      };
      return subscription;
    };
    seen.subscribe = async (options): Promise<Subscription> => {
      if (options.topic !== TOPICS.spans) return log.subscribe(options);
      const { until } = held;
      if (until === undefined) return join(options, false);
      for (const partition of options.partitions!)
        void options.listener.prepare!(partition, () => log.committed(TOPICS.spans, group, partition));
      const joined = until.then(() => join(options, true));
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
    return { seen, published, repeated, clashes, reached, alive, held, takenUp: () => takenUp };
  }

  let started = 0;
  const startMembers = async (seen: Log, members: number): Promise<Evaluator[]> => {
    const evaluators = shares(PARTITIONS, members).map((partitions) => {
      const settings = {
        log: log.forThreads(),
        partitions,
        volatile: false,
        foreignProducers: false,
        name: `member-${started++}`,
        assembly: ASSEMBLY,
        keys: { key: 'changeme', development: true },
        commitInterval: 0,
        evaluationTimeout: 100,
        version: '0.0.0',
        idleInterval: 5,
      };
      return new Evaluator(seen, settings, { warn: () => {} });
    });
    await Promise.all(evaluators.map((evaluator) => evaluator.start()));
    return evaluators;
  };

  beforeAll(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: PARTITIONS }), writer: 'direct' });
    await rules(1, 'span.duration > 1s');
    const random = new Random(5);
    const sendings = Array.from({ length: 150 }, () => planTrace(random)).flatMap((trace) => {
      const begin = random.between(0, 900);
      return trace.sendings.map(({ at, spans }) => ({ at: begin + at / 20, spans }));
    });
    const since = performance.now();
    let changed = false;
    for (const { at, spans } of sendings.sort((a, b) => a.at - b.at)) {
      await pause(Math.max(0, at - (performance.now() - since)));
      if (!changed && at > 500) {
        changed = true;
        await rules(2, 'span.duration > 2s');
      }
      await append(spans);
    }
    // Log time passes all deadlines.
    await pause(ASSEMBLY.maxAge + 2 * ASSEMBLY.lateWindow + ASSEMBLY.idleTimeout);
    const headers = { [CONTROL_HEADER]: 'tick' };
    await log.append(
      TOPICS.spans,
      Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, value: new Uint8Array(), headers })),
    );
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    ends = await Promise.all(partitions.map(async (partition) => (await log.bounds(TOPICS.spans, partition)).end));
    expect((await readAll(log, TOPICS.spans, 0)).length).toBeGreaterThan(30);
  });
  afterAll(() => log.close());

  const finished = ({ reached }: ReturnType<typeof view>) =>
    eventually(
      'the end of the log',
      // A machine that pauses for a second appends a pause record after its end.
      async () => (ends.every((end, partition) => (reached.get(partition) ?? 0) >= end) ? true : undefined),
      60_000,
      2,
    );

  it.each([
    ['1 evaluator, and large batches', 1, 1_000_000, 0, true],
    ['3 evaluators, and small batches', 3, 700, 0, true],
    ['12 evaluators, and batches of one record', 12, 1, 0, true],
    ['3 evaluators that die again and again without a commit', 3, 300, 12, false],
    ['12 evaluators that die again and again without a commit', 12, 1, 12, false],
    ['3 evaluators that end in order again and again', 3, 300, 12, true],
    ['12 evaluators that end in order again and again', 12, 1, 12, true],
  ])('gives the same violations with %s', async (name, members, maxBatchBytes, lives, inOrder) => {
    const group = view(name, maxBatchBytes);
    const random = new Random(lives + members);
    for (let life = 0; life < lives; life++) {
      const evaluators = await startMembers(group.seen, members);
      await pause(random.between(0, 25));
      // On a slow machine no life may be long enough to publish.
      if (!inOrder && life === 0) await eventually('a publication', async () => (group.published.size > 0 ? true : undefined), 60_000, 1);
      // From here on the process counts as killed: it may still publish, but not commit.
      group.alive.is = inOrder;
      await Promise.all(evaluators.map((evaluator) => evaluator.stop()));
      group.alive.is = true;
    }
    group.reached.clear();
    const evaluators = await startMembers(group.seen, members);
    await finished(group);
    await Promise.all(evaluators.map((evaluator) => evaluator.stop()));
    expected ??= group.published;
    expect(expected.size).toBeGreaterThan(100);
    expect(group.clashes).toEqual([]);
    // An evaluator that ends in order leaves nothing to publish again, however far back its successor reads.
    if (inOrder) expect(group.repeated).toEqual([]);
    else expect(group.repeated.length).toBeGreaterThan(0);
    expect(Object.fromEntries([...group.published].sort())).toEqual(Object.fromEntries([...expected].sort()));
  });

  it.each([
    ['3 evaluators that hand over in order to others that are prepared', 3, 300, true],
    ['12 evaluators that hand over in order to others that are prepared', 12, 1, true],
    ['12 evaluators that die while others prepare', 12, 300, false],
  ])('gives the same violations with %s', async (name, members, maxBatchBytes, inOrder) => {
    const group = view(name, maxBatchBytes);
    const random = new Random(members + maxBatchBytes);
    let owners = await startMembers(group.seen, members);
    // On a slow machine more lives, until enough partitions were taken up.
    for (let life = 0; life < 6 || (group.takenUp() <= 10 && life < 100); life++) {
      await pause(random.between(0, 25));
      const released = Promise.withResolvers<void>();
      group.held.until = released.promise;
      const successors = await startMembers(group.seen, members);
      await pause(random.between(0, 25));
      group.alive.is = inOrder;
      await Promise.all(owners.map((owner) => owner.stop()));
      group.alive.is = true;
      owners = successors;
      released.resolve();
    }
    await finished(group);
    await Promise.all(owners.map((owner) => owner.stop()));
    expect(group.takenUp()).toBeGreaterThan(10);
    expect(group.clashes).toEqual([]);
    if (inOrder) expect(group.repeated).toEqual([]);
    expect(Object.fromEntries([...group.published].sort())).toEqual(Object.fromEntries([...expected].sort()));
  });
});
