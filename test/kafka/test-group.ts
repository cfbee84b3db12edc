import type { LogReport } from '../../libs/messaging/src/index.js';
import { KafkaLog } from '../../libs/messaging/src/kafka/kafka-log.js';
import { eventually } from '../harness/eventually.js';
import { GroupMember } from './group-member.js';
import { MemberProcess } from './member-process.js';

export const PARTITIONS = 6;
/** So long that no pause of the machine ends it: a member that is put out reads uncommitted records again. */
export const SESSION_MS = 20_000;
/** Of members whose session is to end. */
export const SHORT_SESSION_MS = 10_000;
export const TIMEOUT_MS = 90_000;
/** Of a test, which has several waits. */
export const TEST_TIMEOUT_MS = 400_000;

/** Resolves when the condition holds; rejects after TIMEOUT_MS with what it waited for. */
export const holds = (what: string, condition: () => boolean): Promise<true> =>
  eventually(what, async () => (condition() ? true : undefined), TIMEOUT_MS);

/** A topic of a test's own, with members of the group that has its name. */
export class TestGroup {
  readonly topic = `group.${Math.random().toString(36).slice(2)}`;
  readonly logs: KafkaLog[] = [];
  private readonly processes: MemberProcess[] = [];

  constructor(private readonly brokers: readonly string[]) {}

  async open(report?: LogReport, sessionTimeout = SESSION_MS): Promise<KafkaLog> {
    const { brokers, topic } = this;
    const settings = { kind: 'kafka', brokers, topics: [{ name: topic, partitions: PARTITIONS }], sessionTimeout } as const;
    const log = await KafkaLog.open(settings, report);
    this.logs.push(log);
    return log;
  }

  async member(): Promise<GroupMember> {
    return new GroupMember().join(await this.open(), this.topic, this.topic);
  }

  /** A static member, which notes its generations. */
  async named(instanceId: string, sessionTimeout = SESSION_MS): Promise<GroupMember> {
    const member = new GroupMember();
    const report: LogReport = (_level, message) => {
      const [, generation] = /in generation (\d+)/.exec(message) ?? [];
      if (generation !== undefined) member.generations.push(Number(generation));
    };
    member.commitsEachBatch = true;
    return member.join(await this.open(report, sessionTimeout), this.topic, this.topic, instanceId);
  }

  /** A process that may be killed: the group waits for it for a short session only. */
  process(options: ConstructorParameters<typeof MemberProcess>[1] = {}): MemberProcess {
    const { brokers, topic } = this;
    const member = new MemberProcess({ brokers, topic, partitions: PARTITIONS, sessionTimeout: SHORT_SESSION_MS }, options);
    this.processes.push(member);
    return member;
  }

  /** Appends `count` records to each partition, numbered from `from`. */
  async append(log: KafkaLog, from: number, count: number): Promise<void> {
    const records = Array.from({ length: count * PARTITIONS }, (_, i) => ({
      partition: i % PARTITIONS,
      value: Buffer.from(String(from + Math.floor(i / PARTITIONS))),
    }));
    await log.append(this.topic, records);
  }

  async end(): Promise<void> {
    for (const member of this.processes) member.kill('SIGKILL');
    await Promise.all(this.logs.map((log) => log.close()));
  }
}
