import type { LogReport } from '../../log-report.js';
import { type LogError, logProblem } from '../../problems.js';
import { type Connection, UNKNOWN_TOPIC } from '../client/connection.js';
import { kafkaFailed, typeOf } from '../client/kafka-errors.js';
import type { WireBroker } from '../client/kafkajs.js';
import type { JoinedGroup } from '../wire/group.js';
import { assign, type Candidate } from './assign.js';
import { type GroupMember, heartbeat, joinGroup, knowsStaticMembers, leaveGroup, syncGroup } from './group-calls.js';
import {
  type MemberAssignment,
  type MemberSubscription,
  readAssignment,
  readSubscription,
  writeAssignment,
  writeSubscription,
} from './member-data.js';
import { unlessCoordinatorMoved } from './unless-coordinator-moved.js';

const PROTOCOL = 'betrace-cooperative-sticky';
/** How long a group waits for a member to join again. Members do so at their next heartbeat. */
const REBALANCE_MS = 30_000;
const BACK_OFF_MS = { first: 50, max: 2_000 };
/** Milliseconds between two heartbeats while partitions change hands. */
const SOON_MS = 100;
/** The minimum time for an answer to a heartbeat, because a broker may be busy, however short the session is. */
const HEARTBEAT_MS = 5_000;
/** Interval of checks for added partitions. */
const LOOK_MS = 5_000;
/** Maximum milliseconds between two heartbeats of a static member: it may continue for that time after another process takes its name. */
const MAX_STATIC_HEARTBEAT_MS = 1_000;
/** Maximum wait of a stopping member for its first join to end, so that it can leave. */
const LEAVE_MS = 3_000;

/** Calls and queries of a membership. */
export interface MembershipEvents {
  /** The data of this member for the group. `owned` includes the partitions that it is giving up: no other member gets them yet. */
  memberData(): Pick<MemberSubscription, 'owned' | 'prepares' | 'prepared' | 'leaving'>;
  /** The group assigns exactly these. Revoke the others, then call `rejoin`. Call it, too, when the preparation of the announced partitions is complete. */
  assigned(assignment: MemberAssignment): void;
  /** The group continued without this member, and has given its partitions to others. */
  lost(): void;
  /** Another process joined with the name of this static member: this one has no partitions any more, and does not join again. */
  fenced(error: LogError): void;
  /** Called repeatedly while the member cannot reach the group; `works` once it can again. */
  failed(error: Error): void;
  works(): void;
}

export interface MembershipOptions {
  readonly group: string;
  readonly topic: string;
  readonly sessionTimeout: number;
  /** The name of a static member (`SubscribeOptions.instanceId`). */
  readonly instanceId: string | undefined;
  /** A separate connection: a broker delays the answer to a join, and with it every later request of the connection. */
  readonly connection: Connection;
  /** For leaving, which must not wait for a join. */
  readonly leaving: Connection;
  readonly events: MembershipEvents;
  readonly report: LogReport;
}

/**
 * Membership of a group by Kafka's group protocol: join, sync, heartbeats. Cooperative (see `assign`): while the group rebalances,
 * every member continues with the partitions it has. kafkajs's own consumer is eager, which would take all partitions from all
 * members whenever one comes or goes.
 */
export class Membership {
  /** Undefined, too, when the coordinator does not know static members. */
  #instanceId: string | undefined;
  #memberId = '';
  #generation = -1;
  /** The generation of the known assignment. */
  #assignedIn = -1;
  #rejoin = false;
  /** Partitions of the assignment are moving between members. */
  #moving = false;
  #closed = false;
  #fenced = false;
  #failures = 0;
  #wake: () => void = () => undefined;
  readonly #ended: Promise<void>;
  #joining: Promise<unknown> = Promise.resolve();
  /** As leader: the number of partitions of each topic that were assigned, and when (ms, monotonic) this number was confirmed. */
  readonly #given = new Map<string, number>();
  #lookedAt = 0;
  /** As leader: topics of other members that did not exist at the assignment. */
  readonly #missing = new Set<string>();

  constructor(readonly options: MembershipOptions) {
    this.#instanceId = options.instanceId;
    this.#ended = this.#run();
  }

  get member(): GroupMember {
    return { groupId: this.options.group, generationId: this.#generation, memberId: this.#memberId, instanceId: this.#instanceId };
  }

  /** The group keeps its partitions for its next process. */
  get isStatic(): boolean {
    return this.#instanceId !== undefined;
  }

  /** Another process has its name. It does not join again: that would fence the other process, which would do the same. */
  fence(): void {
    if (this.#fenced || this.#closed) return;
    this.#fenced = true;
    this.#wake();
    this.options.events.fenced(logProblem('BT_LOG_KAFKA_FENCED', { group: this.options.group, instance: this.#instanceId ?? '' }));
  }

  /** A partition was given up: the group may assign it to another member. */
  rejoin(): void {
    this.#rejoin = true;
    this.#wake();
  }

  /**
   * Leaves the group, so that the others need not wait for a timeout. A static member stays in it, unless it is `forGood`: its partitions wait for its next
   * process for at most the session timeout. Never rejects.
   */
  async leave(forGood: boolean): Promise<void> {
    const fenced = this.#fenced;
    this.#closed = true;
    this.#wake();
    if (fenced || (this.isStatic && !forGood)) {
      this.options.connection.close();
      await this.#ended;
      return;
    }
    const timeout = new Promise((resolve) => setTimeout(resolve, LEAVE_MS).unref());
    if (this.#memberId === '') await Promise.race([this.#joining, timeout]);
    const { group, topic, leaving, connection } = this.options;
    if (this.#memberId !== '') {
      const left = leaving.withCoordinator(group, topic, (broker) => leaveGroup(broker, this.member));
      await Promise.race([left.catch(() => undefined), timeout]);
    }
    connection.close();
    await this.#ended;
  }

  /** It does not join again. */
  get #ends(): boolean {
    return this.#closed || this.#fenced;
  }

  async #run(): Promise<void> {
    while (!this.#ends) {
      try {
        this.#rejoin = false;
        await this.#join();
        this.#worked();
        await this.#heartbeats();
      } catch (error) {
        if (!this.#ends) await this.#recover(error);
      }
    }
  }

  async #join(): Promise<void> {
    const { group, topic, connection, events, sessionTimeout, report } = this.options;
    const memberData = events.memberData();
    const comesBack = this.#memberId === '';
    const metadata = writeSubscription({ topic, ...memberData, generation: this.#assignedIn });
    const joining = connection.withCoordinator(group, topic, (broker) =>
      joinGroup(broker, {
        groupId: group,
        sessionTimeout,
        rebalanceTimeout: Math.max(REBALANCE_MS, sessionTimeout),
        memberId: this.#memberId,
        instanceId: this.#instanceIdFor(broker),
        groupProtocols: [{ name: PROTOCOL, metadata }],
      }),
    );
    this.#joining = joining.then(
      ({ memberId }) => {
        this.#memberId = memberId;
      },
      () => undefined,
    );
    const silent = setTimeout(() => this.#silent(), sessionTimeout);
    const joined = await this.#answered(joining).finally(() => clearTimeout(silent));
    const { memberId, leaderId, generationId, skipAssignment } = joined;
    this.#memberId = memberId;
    this.#generation = generationId;
    const leads = leaderId === memberId;
    const groupAssignment = leads && !skipAssignment ? await this.#assignAll(joined.members) : [];
    if (!leads) this.#forgetTopics();
    const { member } = this;
    const syncing = connection.withCoordinator(group, topic, (broker) => syncGroup(broker, member, groupAssignment));
    const assignment = readAssignment(await this.#answered(syncing), topic);
    if (leads && skipAssignment) await this.#leadsOn(assignment.count);
    this.#assignedIn = generationId;
    const { partitions, prepare, moving } = assignment;
    // The assignment may be from before a static member stopped, and no other member completes the move.
    if (comesBack && moving && this.isStatic) this.#rejoin = true;
    // It gets a prepared partition as soon as the owner has given it up.
    this.#moving = moving;
    const fields = { group, topic, partitions, prepare, leader: leads };
    report('debug', `member of ${group} in generation ${generationId}`, fields);
    if (!this.#ends) events.assigned(assignment);
  }

  #answered<T>(answer: Promise<T>): Promise<T> {
    const { group, topic, connection, events } = this.options;
    const failed = (error: Error): void => {
      if (!this.#ends) events.failed(kafkaFailed(`keep ${group} together`, error));
    };
    return unlessCoordinatorMoved(answer, { group, topic, connection, failed });
  }

  /** As leader: an assignment for every member, topic by topic. */
  async #assignAll(members: JoinedGroup['members']): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const byTopic = new Map<string, Candidate[]>();
    const staticMembers = new Set(members.filter(({ instanceId }) => instanceId !== null).map(({ memberId }) => memberId));
    this.#forgetTopics();
    this.#lookedAt = performance.now();
    for (const { memberId, memberMetadata } of members) {
      const subscription = readSubscription(memberMetadata);
      if (subscription === undefined) continue;
      const candidates = byTopic.get(subscription.topic) ?? [];
      byTopic.set(subscription.topic, candidates);
      candidates.push({ id: memberId, ...subscription });
    }
    const assignments: { memberId: string; memberAssignment: Buffer }[] = [];
    for (const [topic, candidates] of byTopic) {
      const count = await this.#partitions(topic);
      this.#given.set(topic, count);
      const { of, moving } = assign(count, candidates);
      for (const [memberId, share] of of) {
        const assignment = { ...share, moving, ...(staticMembers.has(memberId) ? { count } : {}) };
        assignments.push({ memberId, memberAssignment: writeAssignment(topic, assignment) });
      }
    }
    return assignments;
  }

  /** As a leader that comes back: watches the topic from the number of partitions that its last process assigned. */
  async #leadsOn(count: number | undefined): Promise<void> {
    const { topic } = this.options;
    this.#forgetTopics();
    this.#lookedAt = performance.now();
    this.#given.set(topic, count ?? (await this.#partitions(topic)));
  }

  /** The name with which a coordinator lets it join. */
  #instanceIdFor(broker: WireBroker): string | undefined {
    if (this.#instanceId === undefined || knowsStaticMembers(broker)) return this.#instanceId;
    const { group, report } = this.options;
    const { message, code } = logProblem('BT_LOG_KAFKA_NO_STATIC_MEMBERS', { group, instance: this.#instanceId });
    report('warn', message, { code, group });
    this.#instanceId = undefined;
    return undefined;
  }

  #forgetTopics(): void {
    this.#missing.clear();
    this.#given.clear();
  }

  /** No partitions for a deleted topic: members of other topics must not wait for it. */
  async #partitions(topic: string): Promise<number> {
    try {
      return (await this.options.connection.leaders(topic, true)).size;
    } catch (error) {
      if (typeOf(error) !== UNKNOWN_TOPIC || topic === this.options.topic) throw error;
      this.#missing.add(topic);
      return 0;
    }
  }

  /** A topic was created after its members got no partitions, or its number of partitions has changed since the assignment. */
  async #appeared(): Promise<boolean> {
    for (const topic of this.#missing) if ((await this.#partitions(topic)) > 0) return true;
    if (performance.now() - this.#lookedAt < LOOK_MS) return false;
    this.#lookedAt = performance.now();
    for (const [topic, count] of this.#given) {
      const present = await this.#partitions(topic).catch(() => 0);
      if (present > 0 && present !== count) return true;
    }
    return false;
  }

  /** Waits until the member must join the group again. */
  async #heartbeats(): Promise<void> {
    const { group, topic, connection, sessionTimeout } = this.options;
    while (!this.#ends && !this.#rejoin) {
      const most = this.#moving ? SOON_MS : this.isStatic ? MAX_STATIC_HEARTBEAT_MS : Number.POSITIVE_INFINITY;
      await this.#sleep(Math.min(sessionTimeout / 10, most));
      if (this.#ends || this.#rejoin) return;
      try {
        const answer = connection.withCoordinator(group, topic, (broker) => heartbeat(broker, this.member));
        // A hanging coordinator is replaced, and its successor waits for one session timeout: it must be found before that ends.
        const timer = setTimeout(() => connection.reset(), Math.max(sessionTimeout / 2, HEARTBEAT_MS));
        await answer.finally(() => clearTimeout(timer));
        this.#worked();
        if (await this.#appeared()) return;
      } catch (error) {
        const type = typeOf(error);
        // With an illegal generation, the join was answered, but the answer got lost.
        if (type === 'REBALANCE_IN_PROGRESS' || type === 'ILLEGAL_GENERATION') return;
        if (type === 'UNKNOWN_MEMBER_ID' || type === 'FENCED_INSTANCE_ID') throw error;
        // While the coordinator is unavailable, partitions are not reassigned; when it is back, it remembers its members.
        await this.#backOff(error);
      }
    }
  }

  async #recover(error: unknown): Promise<void> {
    const type = typeOf(error);
    if (type === 'REBALANCE_IN_PROGRESS') return;
    if (type === 'FENCED_INSTANCE_ID') return this.fence();
    if (type === 'UNKNOWN_MEMBER_ID') {
      const isMember = this.#memberId !== '';
      this.#memberId = '';
      this.#generation = -1;
      this.#assignedIn = -1;
      this.options.report('warn', `lost the membership of ${this.options.group}: silent for longer than its session`, {
        group: this.options.group,
      });
      if (isMember) this.options.events.lost();
      return;
    }
    await this.#backOff(error);
  }

  /** The coordinator may wait for another member, or hang: in both cases no partition is assigned until it answers. */
  #silent(): void {
    const { group, sessionTimeout, events } = this.options;
    const reason = new Error(`its coordinator has not answered a member that joins for ${Math.round(sessionTimeout / 1_000)} s`);
    if (!this.#ends) events.failed(kafkaFailed(`keep ${group} together`, reason));
  }

  #worked(): void {
    if (this.#fenced) return;
    this.#failures = 0;
    this.options.events.works();
  }

  async #backOff(error: unknown): Promise<void> {
    if (this.#ends) return;
    const wait = Math.min(BACK_OFF_MS.first * 2 ** this.#failures++, BACK_OFF_MS.max);
    // A coordinator that is loading is not reported; the third failure is.
    if (this.#failures > 2) this.options.events.failed(kafkaFailed(`keep ${this.options.group} together`, error));
    await this.#sleep(wait);
  }

  #sleep(ms: number): Promise<void> {
    if (this.#ends) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
