import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import type { LogReport, PartitionListener, Position, RecordBatch, Subscription } from '../../libs/messaging/src/index.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { eventually } from '../harness/eventually.js';
import { describeKafka } from './describe-kafka.js';

const PARTITIONS = 6;
const SESSION_MS = 6_000;
const TIMEOUT_MS = 45_000;

await describeKafka('a group', (brokers) => {
  let topic: string;
  let logs: KafkaLog[];
  let processes: MemberProcess[];

  beforeEach(() => {
    topic = `group.${Math.random().toString(36).slice(2)}`;
    logs = [];
    processes = [];
  });

  afterEach(async () => {
    for (const member of processes) member.kill('SIGKILL');
    await Promise.all(logs.map((log) => log.close()));
  });

  async function open(report?: LogReport): Promise<KafkaLog> {
    const settings = { kind: 'kafka', brokers, topics: [{ name: topic, partitions: PARTITIONS }], sessionTimeout: SESSION_MS } as const;
    const log = await KafkaLog.open(settings, report);
    logs.push(log);
    return log;
  }

  /** A static member, which notes its generations. */
  async function named(instanceId: string): Promise<Member> {
    const static_ = new Member();
    const report: LogReport = (_level, message) => {
      const [, generation] = /in generation (\d+)/.exec(message) ?? [];
      if (generation !== undefined) static_.generations.push(Number(generation));
    };
    static_.commitsEachBatch = true;
    return static_.join(await open(report), topic, topic, instanceId);
  }

  const member = async (): Promise<Member> => new Member().join(await open(), topic, topic);

  async function append(log: KafkaLog, from: number, count: number): Promise<void> {
    const records = Array.from({ length: count * PARTITIONS }, (_, i) => ({
      partition: i % PARTITIONS,
      value: Buffer.from(String(from + Math.floor(i / PARTITIONS))),
    }));
    await log.append(topic, records);
  }

  const holds = (what: string, condition: () => boolean): Promise<true> =>
    eventually(what, async () => (condition() ? true : undefined), TIMEOUT_MS);

  it('shares the partitions, and assigns a new member its share without disturbing the others', async () => {
    const first = await member();
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    await append(logs[0]!, 0, 10);
    await holds('all records', () => first.count === 10 * PARTITIONS);

    const second = await member();
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    expect(first.events.filter((event) => event.startsWith('assigned'))).toHaveLength(PARTITIONS);
    expect(first.events.filter((event) => event.startsWith('revoked'))).toHaveLength(3);

    await append(logs[0]!, 10, 10);
    await holds('the rest, once each', () => first.count + second.count === 20 * PARTITIONS);
    // The successor started at its predecessor's committed position.
    for (const partition of second.partitions) expect(second.offsets(partition)).toEqual(Array.from({ length: 10 }, (_, i) => 10 + i));
  });

  it('assigns a partition to the next only when its owner has finished and committed', async () => {
    const first = await member();
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    let release = (): void => undefined;
    const blocked = new Promise<void>((resolve) => {
      release = resolve;
    });
    first.onRecords = () => blocked;
    await append(logs[0]!, 0, 1);
    await holds('work under way everywhere', () => first.working.size === PARTITIONS);

    const second = await member();
    await holds('a request for some partitions', () => first.subscription !== undefined && second.joined);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(second.partitions.size).toBe(0);

    release();
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    for (const partition of second.partitions) expect(second.committed.get(partition)).toEqual({ offset: 1, metadata: 'first' });
    await append(logs[0]!, 1, 1);
    await holds('the rest, once each', () => first.count + second.count === 2 * PARTITIONS);
  });

  it('reassigns the partitions of a leaving member at once', async () => {
    const [first, second] = [await member(), await member()];
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    const kept = new Set(first.partitions);
    const started = performance.now();
    await second.subscription!.close();
    await holds('all at the first', () => first.partitions.size === PARTITIONS);
    expect(performance.now() - started).toBeLessThan(SESSION_MS);
    for (const partition of kept) expect(first.events.filter((event) => event === `assigned ${partition}`)).toHaveLength(1);
  });

  it('leaves partitions with their owner until the member that gets them is ready, when it joins and when another leaves', async () => {
    const [first, second] = [new Member(), new Member()];
    first.prepares = async () => undefined;
    await first.join(await open(), topic, topic);
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    await append(logs[0]!, 0, 1);
    await holds('the first records', () => first.count === PARTITIONS);

    let ready = Promise.withResolvers<void>();
    const positions = new Map<number, Position | undefined>();
    second.prepares = async (partition, position) => {
      positions.set(partition, await position());
      await ready.promise;
      positions.set(partition, await position());
    };
    await second.join(await open(), topic, topic);
    await holds('that the second prepares', () => second.preparing.size === 3 && positions.size === 3);
    // Nothing is committed yet, and the first continues with all of them.
    expect([...positions.values()]).toEqual([undefined, undefined, undefined]);
    expect(second.partitions.size).toBe(0);
    await append(logs[0]!, 1, 2);
    await holds('all records at the first', () => first.count === 3 * PARTITIONS);
    first.commitsEachBatch = true;
    await Promise.all([...first.partitions].map((partition) => first.commit(partition)));
    const moving = [...second.preparing];
    ready.resolve();
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    expect([...second.partitions].toSorted()).toEqual(moving.toSorted());
    expect([...positions.values()].map((position) => position?.offset)).toEqual([3, 3, 3]);
    expect(second.events.filter((event) => event.startsWith('dismissed'))).toEqual([]);
    expect(first.events.filter((event) => event.startsWith('revoked'))).toHaveLength(3);

    // It leaves: the second must prepare for the other three.
    second.commitsEachBatch = true;
    ready = Promise.withResolvers();
    positions.clear();
    const handedOver = first.subscription!.handOver(TIMEOUT_MS);
    await holds('that the second prepares again', () => positions.size === 3);
    await append(logs[0]!, 3, 1);
    await holds('all records at their owners', () => first.count + second.count === 4 * PARTITIONS);
    expect([...positions.values()].map((position) => position?.offset)).toEqual([3, 3, 3]);
    ready.resolve();
    await handedOver;
    expect(first.partitions.size).toBe(0);
    await first.subscription!.close();
    await holds('all partitions at the second', () => second.partitions.size === PARTITIONS);
    await append(logs[0]!, 4, 1);
    await holds('the rest, once each', () => first.count + second.count === 5 * PARTITIONS);
  });

  it('hands over at once if no member prepares, and in time if none becomes ready', async () => {
    const [first, second] = [new Member(), new Member()];
    first.prepares = async () => undefined;
    second.prepares = () => new Promise(() => undefined);
    await first.join(await open(), topic, topic);
    await holds('all partitions at the first', () => first.partitions.size === PARTITIONS);
    await second.join(await open(), topic, topic);
    await holds('that the second prepares', () => second.preparing.size === 3);
    let started = performance.now();
    await first.subscription!.handOver(1_500);
    expect(performance.now() - started).toBeGreaterThan(1_400);
    expect(first.partitions.size).toBe(PARTITIONS);
    await first.subscription!.close();
    // Its owner is gone: a half-prepared partition is assigned.
    await holds('all partitions at the second', () => second.partitions.size === PARTITIONS);
    expect(second.events.filter((event) => event.startsWith('dismissed'))).toEqual([]);
    started = performance.now();
    await second.subscription!.handOver(TIMEOUT_MS);
    expect(performance.now() - started).toBeLessThan(SESSION_MS);
    expect(second.partitions.size).toBe(0);
  });

  it('continues after a member was killed, from its commits', async () => {
    const log = await open();
    const dying = new MemberProcess(brokers, topic);
    processes.push(dying);
    await holds('all partitions at the process', () => dying.assigned.size === PARTITIONS);
    await append(log, 0, 20);
    await holds('all records at the process', () => dying.reached === 20 * PARTITIONS);
    const heir = await new Member().join(log, topic, topic);
    await holds('an even share', () => heir.partitions.size === 3 && dying.assigned.size === 3);
    dying.kill('SIGKILL');
    await append(log, 20, 5);
    await holds('all partitions at the heir', () => heir.partitions.size === PARTITIONS);
    await holds('all new records', () => heir.distinct() >= 5 * PARTITIONS);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      expect(heir.offsets(partition).slice(-5)).toEqual([20, 21, 22, 23, 24]);
      expect(heir.offsets(partition)[0]!).toBeGreaterThanOrEqual(19);
    }
  });

  it('takes everything from a member that hangs, which notices when it continues', async () => {
    const log = await open();
    const sleeper = new MemberProcess(brokers, topic);
    processes.push(sleeper);
    await holds('all partitions at the process', () => sleeper.assigned.size === PARTITIONS);
    sleeper.kill('SIGSTOP');
    const heir = await new Member().join(log, topic, topic);
    await holds('all partitions at the heir', () => heir.partitions.size === PARTITIONS);
    await append(log, 0, 5);
    await holds('all records at the heir', () => heir.distinct() === 5 * PARTITIONS);
    sleeper.kill('SIGCONT');
    await holds('that the sleeper gave up all', () => sleeper.revocations === PARTITIONS);
    // Then it gets its share again.
    await holds('an even share', () => heir.partitions.size === 3 && sleeper.assigned.size === 3);
    await append(log, 5, 5);
    await holds('the rest', () => [...heir.partitions].every((partition) => heir.offsets(partition).length >= 10));
    for (const partition of heir.partitions) expect(heir.offsets(partition)).toEqual(Array.from({ length: 10 }, (_, i) => i));
  });

  it('keeps the partitions of a static member that comes back within its session, also of the leader, and tells the others nothing', async () => {
    const members = { a: await named('a'), b: await named('b') };
    const log = logs[0]!;
    await holds('an even share', () => members.a.partitions.size === 3 && members.b.partitions.size === 3);
    const ended: Member[] = [];
    await append(log, 0, 5);
    await holds('the first records', () => members.a.count + members.b.count === 5 * PARTITIONS);
    const [other, generations] = [members.a, [...members.a.generations]];
    const events = [...other.events];
    for (const name of ['b', 'a', 'b', 'a'] as const) {
      const one = members[name];
      const had = [...one.partitions].toSorted();
      await one.subscription!.close();
      ended.push(one);
      await append(log, ended.length * 5, 5);
      members[name] = await named(name);
      await holds('its partitions', () => members[name].partitions.size === 3);
      expect([...members[name].partitions].toSorted()).toEqual(had);
      expect(new Set(members[name].generations)).toEqual(new Set([generations.at(-1)]));
      if (name === 'b' && members.a === other) expect(other.events).toEqual(events);
      await holds(
        'all records',
        () => [...ended, members.a, members.b].reduce((sum, { count }) => sum + count, 0) === (ended.length + 1) * 5 * PARTITIONS,
      );
    }
    // Each record once: a restarted member does not read again what it had committed.
    const all = [...ended, members.a, members.b];
    for (let partition = 0; partition < PARTITIONS; partition++)
      expect(all.flatMap((one) => one.offsets(partition)).toSorted((x, y) => x - y)).toEqual(Array.from({ length: 25 }, (_, i) => i));

    // The leader is away while partitions are added.
    await members.a.subscription!.close();
    const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count: PARTITIONS + 2 }] });
    await admin.disconnect();
    members.a = await new Member().join(log, topic, topic, 'a');
    await holds('the added partitions', () => members.a.partitions.size + members.b.partitions.size === PARTITIONS + 2);
  });

  it('gives the partitions of a static member to the others after its session, or at once when it leaves for good', async () => {
    const [first, second] = [await member(), await named('b')];
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    let started = performance.now();
    expect(second.subscription!.staysMember).toBe(true);
    await second.subscription!.close();
    await holds('all at the first', () => first.partitions.size === PARTITIONS);
    // Its last heartbeat was up to a tenth of the session before.
    expect(performance.now() - started).toBeGreaterThan(SESSION_MS * 0.8);

    const again = await named('b');
    await holds('an even share again', () => first.partitions.size === 3 && again.partitions.size === 3);
    started = performance.now();
    await again.subscription!.handOver(TIMEOUT_MS);
    expect(again.subscription!.staysMember).toBe(false);
    await again.subscription!.close();
    await holds('all at the first again', () => first.partitions.size === PARTITIONS);
    expect(performance.now() - started).toBeLessThan(SESSION_MS * 0.8);
  });

  it('lets one of two processes with the same name work, the later one, and the other says why and stays out', async () => {
    const [first, second] = [await named('a'), await named('b')];
    await holds('an even share', () => first.partitions.size === 3 && second.partitions.size === 3);
    const had = [...second.partitions].toSorted();
    const third = await named('b');
    await holds('that the second is out', () => second.partitions.size === 0);
    await holds('its partitions at the third', () => third.partitions.size === 3);
    expect([...third.partitions].toSorted()).toEqual(had);
    // Longer than any of them goes without a heartbeat, or waits to join again.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await append(logs[0]!, 0, 2);
    await holds('all records', () => first.count + third.count === 2 * PARTITIONS);
    expect(second.count).toBe(0);
    expect([...third.partitions].toSorted()).toEqual(had);
    // A topic that was just made may have no leaders yet, which members report, too.
    const said = (one: Member) => one.events.filter((event) => event.includes('FENCED'));
    expect(said(second)).toEqual([expect.stringMatching(/^failed undefined BT_LOG_KAFKA_FENCED: .* as b,/)]);
    expect([...said(first), ...said(third)]).toEqual([]);
    // It ends in order, and takes nobody else out.
    await second.subscription!.close();
    await append(logs[0]!, 2, 1);
    await holds('the rest', () => first.count + third.count === 3 * PARTITIONS);
  });

  it('moves what was to move when a static member dies before it has given it up', async () => {
    const log = await open();
    const dying = new MemberProcess(brokers, topic, 'a', 'blocks');
    processes.push(dying);
    await holds('all partitions at the process', () => dying.assigned.size === PARTITIONS);
    await append(log, 0, 1);
    // It can give up nothing while it works on this record.
    await holds('work under way', () => dying.blocked === PARTITIONS);
    const heir = await new Member().join(log, topic, topic);
    await holds('a generation with both', () => dying.generation > 1);
    dying.kill('SIGKILL');
    const started = performance.now();
    const again = new MemberProcess(brokers, topic, 'a');
    processes.push(again);
    await holds('an even share', () => again.assigned.size === 3 && heir.partitions.size === 3);
    await holds('all records', () => again.reached + heir.count === PARTITIONS);
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS);
  });

  it('loses and skips nothing while members come and go', async () => {
    const log = await open();
    const members: Member[] = [];
    const all: Member[] = [];
    const random = seeded(42);
    let appended = 0;
    let changing = true;
    const appending = (async () => {
      for (; changing; appended += 3) {
        await append(log, appended, 3);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    for (let change = 0; change < 12; change++) {
      if (members.length < 2 || (members.length < 4 && random() < 0.6)) {
        const joined = new Member();
        // Every third one is of a version that does not prepare.
        if (all.length % 3 > 0) joined.prepares = () => new Promise((resolve) => setTimeout(resolve, 300 * random()));
        await joined.join(await open(), topic, topic);
        joined.commitsEachBatch = true;
        members.push(joined);
        all.push(joined);
      } else {
        const [left] = members.splice(Math.floor(random() * members.length), 1);
        await left!.subscription!.handOver(2_000 * random());
        await left!.subscription!.close();
      }
      // Sometimes before the group is stable.
      if (random() < 0.5)
        await holds('a group at rest', () => members.reduce((sum, { partitions }) => sum + partitions.size, 0) === PARTITIONS);
    }
    changing = false;
    await appending;
    const seen = (partition: number): number[] => [...new Set(all.flatMap((one) => one.offsets(partition)))].toSorted((a, b) => a - b);
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition);
    await holds('all records', () => partitions.every((partition) => seen(partition).length === appended));
    // All left in order: no record was read twice.
    const delivered = all.reduce((sum, { count }) => sum + count, 0);
    expect(delivered).toBe(appended * PARTITIONS);
    for (const one of all)
      for (const partition of partitions) expect(one.offsets(partition)).toEqual(one.offsets(partition).toSorted((a, b) => a - b));
  });
});

/** A member in this process. */
class Member {
  readonly events: string[] = [];
  readonly generations: number[] = [];
  readonly partitions = new Set<number>();
  readonly working = new Set<number>();
  readonly committed = new Map<number, Position | undefined>();
  readonly batches: RecordBatch[] = [];
  subscription: Subscription | undefined;
  commitsEachBatch = false;
  onRecords: (batch: RecordBatch) => Promise<void> = async () => undefined;
  prepares: PartitionListener['prepare'];
  /** The partitions for which it prepares. */
  readonly preparing = new Set<number>();
  private readonly next = new Map<number, number>();

  get joined(): boolean {
    return this.subscription !== undefined;
  }

  get count(): number {
    return this.batches.reduce((sum, { records }) => sum + records.length, 0);
  }

  distinct(): number {
    return new Set(this.batches.flatMap(({ partition, records }) => records.map(({ offset }) => `${partition}/${offset}`))).size;
  }

  offsets(partition: number): number[] {
    return this.batches.filter((batch) => batch.partition === partition).flatMap(({ records }) => records.map(({ offset }) => offset));
  }

  async join(log: KafkaLog, topic: string, group: string, instanceId?: string): Promise<this> {
    const { prepares } = this;
    this.subscription = await log.subscribe({
      topic,
      group,
      idleInterval: 100,
      ...(instanceId === undefined ? {} : { instanceId }),
      listener: {
        assigned: async (partition, committed) => {
          this.events.push(`assigned ${partition}`);
          this.committed.set(partition, committed);
          this.partitions.add(partition);
          this.preparing.delete(partition);
          this.next.delete(partition);
          return undefined;
        },
        records: async (batch) => {
          this.working.add(batch.partition);
          await this.onRecords(batch);
          this.batches.push(batch);
          this.next.set(batch.partition, batch.records.at(-1)!.offset + 1);
          if (this.commitsEachBatch) await this.commit(batch.partition);
        },
        revoked: async (partition) => {
          await this.commit(partition).catch((error: Error) => this.events.push(`commit failed ${partition} ${error.message}`));
          this.events.push(`revoked ${partition}`);
          this.partitions.delete(partition);
        },
        failed: (error, partition) => void this.events.push(`failed ${partition} ${error.message}`),
        ...(prepares === undefined
          ? {}
          : {
              prepare: (partition: number, position: () => Promise<Position | undefined>) => {
                this.preparing.add(partition);
                return prepares(partition, position);
              },
              dismissed: (partition: number) => {
                this.preparing.delete(partition);
                this.events.push(`dismissed ${partition}`);
              },
            }),
      },
    });
    return this;
  }

  async commit(partition: number): Promise<void> {
    const offset = this.next.get(partition);
    if (offset !== undefined) await this.subscription!.commit(partition, { offset, metadata: 'first' });
  }
}

/** A member in a process of its own (test/kafka/member.ts). */
class MemberProcess {
  readonly assigned = new Set<number>();
  revocations = 0;
  /** Partitions in which it works on a record forever. */
  blocked = 0;
  generation = 0;
  /** The highest offset read, by partition. */
  private readonly highest = new Map<number, number>();
  private readonly process: ChildProcess;

  constructor(brokers: readonly string[], topic: string, instanceId = '', blocks = '') {
    const script = join(import.meta.dirname, '../../dist/test/kafka/member.js');
    const args = [script, brokers.join(','), topic, String(PARTITIONS), topic, String(SESSION_MS), instanceId, blocks];
    this.process = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    createInterface({ input: this.process.stdout! }).on('line', (line) => {
      const { event, partition, to, generation } = JSON.parse(line) as { event: string; partition: number; to: number; generation: number };
      if (event === 'assigned') this.assigned.add(partition);
      if (event === 'blocked') this.blocked++;
      if (event === 'generation') this.generation = generation;
      if (event === 'records') this.highest.set(partition, to);
      if (event !== 'revoked') return;
      this.assigned.delete(partition);
      this.revocations++;
    });
  }

  get reached(): number {
    return [...this.highest.values()].reduce((sum, offset) => sum + offset + 1, 0);
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** Pseudo-random numbers from 0 to 1 by seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
