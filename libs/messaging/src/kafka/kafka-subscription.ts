import type { Position, SubscribeOptions, Subscription } from '../log.js';
import type { LogReport } from '../log-report.js';
import { logProblem } from '../problems.js';
import type { KafkaLogSettings } from '../settings.js';
import { Connection } from './client/connection.js';
import { Outage } from './client/outage.js';
import type { MemberAssignment } from './group/member-data.js';
import { Membership } from './group/membership.js';
import { NO_MEMBER, Positions } from './group/positions.js';
import { Preparing } from './group/preparing.js';
import { Fetcher } from './read/fetcher.js';
import { type FeedSource, PartitionFeed } from './read/partition-feed.js';

const SESSION_MS = 10_000;
/**
 * Maximum time of a stop for the last calls and commits of its partitions, and for leaving the group. A broker that hangs would hold it up for longer. It is
 * less than what an evaluator reserves for it (`LAST_COMMITS`).
 */
const MAX_CLOSE_MS = 5_000;
/** A part of an outage. */
const GROUP = 'group';

/**
 * A member of a group, or, with given partitions, a reader of exactly those. It has a feed for each of its partitions. When a partition goes to another
 * member, its feed is stopped, and only then reported as given up.
 */
export class KafkaSubscription implements Subscription {
  readonly #feeds = new Map<number, PartitionFeed>();
  readonly #stopping = new Map<number, Promise<void>>();
  #assigned = new Set<number>();
  readonly #connection: Connection;
  readonly #positions: Positions;
  readonly #fetcher: Fetcher;
  readonly #membership: Membership | undefined;
  readonly #preparing: Preparing;
  /** Called when the last partition is given up. */
  #handedOver: (() => void) | undefined;
  /** A static member leaves its group permanently. */
  #leaves = false;
  readonly #outage: Outage;
  #closing: Promise<void> | undefined;

  constructor(
    settings: KafkaLogSettings,
    readonly options: SubscribeOptions,
    report: LogReport,
    readonly closed: (subscription: KafkaSubscription) => void,
  ) {
    const { topic, group, listener, partitions } = options;
    const outage = new Outage(
      `${topic} is read`,
      (error) => listener.failed?.(error),
      report,
      undefined,
      () => listener.recovered?.(),
    );
    this.#outage = outage;
    this.#connection = new Connection(settings, report);
    const committer = () => this.#membership?.member ?? NO_MEMBER;
    this.#positions = new Positions(this.#connection, topic, group, committer, () => this.#membership?.fence());
    this.#fetcher = new Fetcher({
      connection: this.#connection,
      topic,
      outage,
      ...(options.gather === undefined ? {} : { gather: options.gather }),
    });
    this.#preparing = new Preparing({
      listener,
      committed: (which) => this.#positions.committed(which),
      topicId: () => this.#connection.topicId(topic),
      ready: () => this.#membership?.rejoin(),
    });
    this.#membership = partitions
      ? undefined
      : new Membership({
          group,
          topic,
          sessionTimeout: settings.sessionTimeout ?? SESSION_MS,
          instanceId: options.instanceId,
          connection: new Connection(settings, report),
          leaving: this.#connection,
          report,
          events: {
            memberData: () => ({
              owned: [...this.#feeds.values()].filter(({ held }) => held).map(({ partition }) => partition),
              prepares: listener.prepare !== undefined,
              prepared: this.#preparing.ready,
              leaving: this.#handedOver !== undefined,
            }),
            assigned: (assigned) => this.#assign(assigned),
            lost: () => this.#lose(),
            fenced: (error) => {
              this.#lose();
              outage.failed(GROUP, error, true);
              this.#handedOver?.();
            },
            failed: (error) => {
              outage.failed(GROUP, error);
              // The group cannot move anything.
              this.#handedOver?.();
            },
            works: () => outage.works(GROUP),
          },
        });
    if (partitions) this.#assign({ partitions, prepare: [] });
  }

  async commit(partition: number, position: Position): Promise<void> {
    const feed = this.#feed(partition);
    await this.#positions.commit(partition, { ...position, topicId: feed.topicId }, () => feed.held);
  }

  pause(partition: number): void {
    this.#feed(partition).pause();
  }

  resume(partition: number): void {
    this.#feed(partition).resume();
  }

  hurry(): void {
    this.#fetcher.changed();
  }

  get staysMember(): boolean {
    return !this.#leaves && this.#membership?.isStatic === true;
  }

  async handOver(milliseconds: number): Promise<void> {
    this.#leaves = true;
    if (this.#membership === undefined || this.#feeds.size === 0 || milliseconds <= 0 || this.#closing) return;
    // The group cannot move anything.
    if (this.#outage.isFailing(GROUP)) return;
    const empty = Promise.withResolvers<void>();
    this.#handedOver = empty.resolve;
    const timer = setTimeout(empty.resolve, milliseconds);
    this.#membership.rejoin();
    await empty.promise;
    clearTimeout(timer);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#assigned = new Set();
    this.#preparing.set([], []);
    // Calls under way then fail, and the successor repeats the records that a last commit would have covered.
    const hanging = setTimeout(() => this.#connection.close(), MAX_CLOSE_MS);
    await Promise.all([...this.#feeds.keys()].map((partition) => this.#giveUp(partition)));
    await this.#membership?.leave(this.#leaves);
    clearTimeout(hanging);
    this.#fetcher.close();
    this.#connection.close();
    this.closed(this);
  }

  #assign({ partitions, prepare }: Pick<MemberAssignment, 'partitions' | 'prepare'>): void {
    if (this.#closing) return;
    this.#assigned = new Set(partitions);
    this.#preparing.set(prepare, partitions);
    for (const partition of this.#feeds.keys()) if (!this.#assigned.has(partition)) void this.#giveUp(partition);
    for (const partition of partitions) this.#takeUp(partition);
  }

  #lose(): void {
    this.#assigned = new Set();
    this.#preparing.set([], []);
    for (const feed of this.#feeds.values()) {
      feed.lose();
      void this.#giveUp(feed.partition);
    }
  }

  #takeUp(partition: number): void {
    // A partition that is being given up starts again afterwards.
    if (this.#feeds.has(partition)) return;
    const source: FeedSource = {
      topicId: () => this.#connection.topicId(this.options.topic),
      committed: (which) => this.#positions.committed(which),
      bounds: async (which) => ({
        start: await this.#connection.offsets(this.options.topic, which, 'start'),
        end: await this.#connection.offsets(this.options.topic, which, 'end'),
      }),
      wantsChanged: () => this.#fetcher.changed(),
      unavailable: (which, error) => this.#outage.failed(`partition ${which}`, error),
      works: (which) => this.#outage.works(`partition ${which}`),
    };
    const feed = new PartitionFeed(partition, this.options, source);
    this.#feeds.set(partition, feed);
    this.#fetcher.add(feed);
  }

  #giveUp(partition: number): Promise<void> {
    const under = this.#stopping.get(partition);
    if (under) return under;
    const feed = this.#feed(partition);
    const wasHeld = feed.held;
    const stopped = feed.stop().then(() => {
      this.#fetcher.remove(feed);
      this.#feeds.delete(partition);
      this.#outage.works(`partition ${partition}`);
      this.#stopping.delete(partition);
      if (this.#closing) return;
      if (this.#assigned.has(partition)) this.#takeUp(partition);
      else if (this.#feeds.size === 0 && this.#handedOver) this.#handedOver();
      else if (wasHeld) this.#membership?.rejoin();
    });
    this.#stopping.set(partition, stopped);
    return stopped;
  }

  #feed(partition: number): PartitionFeed {
    const feed = this.#feeds.get(partition);
    if (feed === undefined) {
      throw logProblem('BT_LOG_NOT_ASSIGNED', { topic: this.options.topic, partition, group: this.options.group });
    }
    return feed;
  }
}
