import { setTimeout as pause } from 'node:timers/promises';
import type { Connection, Knows } from '../client/connection.js';
import { kafkaFailed } from '../client/kafka-errors.js';
import { brokerError } from '../client/kafkajs.js';
import type { Outage } from '../client/outage.js';
import { type DecodedRecords, decodeRecordBatches } from '../wire/decode-record-batches.js';
import { FETCH, FETCH_BY_ID, type Fetched, fetchRequest } from '../wire/fetch.js';
import type { PartitionFeed } from './partition-feed.js';

/** How long a broker may delay a fetch for new records, ms; and how long when a partition only waits for its listener. */
const WAIT_MS = { idle: 250, soon: 5 };
/**
 * The cost of a fetch, here and in the broker, grows with its partitions, even if few of them have records. Records appended to many
 * partitions at once come in several answers unless the fetch waits a little: 16 ms with 64 partitions, 3 ms with 12.
 */
const GATHER_MS_PER_PARTITION = 0.25;
const PARTITION_BYTES = 1024 * 1024;
const TOTAL_BYTES = 16 * 1024 * 1024;
const BACK_OFF_MS = { first: 50, max: 2_000 };
const OFFSET_OUT_OF_RANGE = 1;
const UNKNOWN_TOPIC = 3;
/** The topic of this id is gone or was replaced: waiting readers treat it as missing. */
const OTHER_TOPIC = new Set([100, 103]);
/** A broker without an answer for this long (ms) hangs; its connection is closed a little later. */
const SILENT_MS = 5_000;
/** Parts of an outage. */
const NODE = 'node ';
const LEADERS = 'leaders';

export interface FetcherOptions {
  readonly connection: Connection;
  readonly topic: string;
  /** See `SubscribeOptions`. */
  readonly gather?: number;
  readonly outage: Pick<Outage, 'failed' | 'works' | 'forget'>;
}

/** Fetches for the feeds of a subscription: one request at a time to each broker, for all partitions it leads that need records. */
export class Fetcher {
  readonly #feeds = new Map<number, PartitionFeed>();
  readonly #loops = new Set<number>();
  #leaders: ReadonlyMap<number, number> = new Map();
  #topicId: string | undefined;
  #locating = false;
  #failures = 0;
  #turn = 0;
  readonly #closing = new AbortController();
  #changed = Promise.withResolvers<void>();
  /** Ends the gatherings under way. */
  readonly #gathering = new Set<() => void>();

  constructor(readonly options: FetcherOptions) {}

  add(feed: PartitionFeed): void {
    this.#feeds.set(feed.partition, feed);
    void this.#locate();
  }

  remove(feed: PartitionFeed): void {
    if (this.#feeds.get(feed.partition) === feed) this.#feeds.delete(feed.partition);
    this.changed();
  }

  /** The demand of a feed changed, or a caller waits: ends the gathering under way. */
  changed(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
    for (const end of this.#gathering) end();
  }

  close(): void {
    this.#closing.abort();
    this.#feeds.clear();
    this.changed();
  }

  /** Starts a loop for every feed's leader. */
  async #locate(): Promise<void> {
    if (this.#locating) return;
    this.#locating = true;
    while (!this.#closing.signal.aborted) {
      try {
        const { connection, topic } = this.options;
        this.#leaders = await connection.leaders(topic);
        this.#topicId = await connection.topicId(topic);
        for (const feed of this.#feeds.values()) feed.isOf(this.#topicId);
        const nodes = new Set([...this.#feeds.keys()].map((partition) => this.#leaders.get(partition) ?? -1));
        this.options.outage.forget((part) => part.startsWith(NODE) && !nodes.has(Number(part.slice(NODE.length))));
        for (const node of nodes) if (node >= 0 && !this.#loops.has(node)) void this.#follow(node);
        const leaderless = [...this.#feeds.keys()].filter((partition) => (this.#leaders.get(partition) ?? -1) < 0);
        if (leaderless.length === 0) {
          this.options.outage.works(LEADERS);
          break;
        }
        await this.#backOff(LEADERS, new Error(`partition ${leaderless.join(', ')} has no leader now`));
      } catch (error) {
        await this.#backOff(LEADERS, error);
      }
    }
    this.#locating = false;
  }

  /** Fetches from a node while it leads partitions of feeds. */
  async #follow(node: number): Promise<void> {
    this.#loops.add(node);
    try {
      for (;;) {
        const feeds = [...this.#feeds.values()].filter(({ partition }) => this.#leaders.get(partition) === node);
        if (feeds.length === 0 || this.#closing.signal.aborted) return;
        const changed = this.#changed.promise;
        const wanting = rotated(
          feeds.filter(({ wanted }) => wanted !== undefined),
          this.#turn++,
        );
        // A feed may want records again after some time.
        if (wanting.length === 0) await Promise.race([changed, this.#pause(WAIT_MS.idle)]);
        else {
          const came = await this.#fetch(node, wanting, feeds.some(({ full }) => full) ? WAIT_MS.soon : WAIT_MS.idle);
          const gather = this.options.gather ?? Math.floor(wanting.length * GATHER_MS_PER_PARTITION);
          if (came === 'all' && gather > 0) await this.#gather(gather, changed);
        }
      }
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      await this.#backOff(`${NODE}${node}`, error);
    } finally {
      this.#loops.delete(node);
      if (!this.#closing.signal.aborted && this.#feeds.size > 0) void this.#locate();
    }
  }

  /** Waits so that more records come at once. Ends with the next change, or at once if there was one since `changed`. */
  #gather(ms: number, changed: Promise<void>): Promise<void> {
    if (this.#changed.promise !== changed) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.#gathering.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#gathering.add(end);
    });
  }

  /** Whether records came: all there were, or some. */
  async #fetch(node: number, feeds: readonly PartitionFeed[], maxWait: number): Promise<'all' | 'some' | 'none'> {
    const { connection, topic } = this.options;
    const positions = feeds.map(({ partition, wanted: offset = 0 }) => ({ partition, offset }));
    const requested = new Map(positions.map(({ partition, offset }, i) => [partition, { feed: feeds[i]!, offset }]));
    const sizes = { partitionBytes: PARTITION_BYTES, totalBytes: TOTAL_BYTES };
    const topicId = this.#topicId;
    const request = (knows: Knows) => {
      const byId = topicId !== undefined && knows(FETCH, FETCH_BY_ID);
      return fetchRequest({ topic, ...(byId ? { topicId } : {}), wanted: positions, maxWait, ...sizes });
    };
    const silent = setTimeout(() => this.#silent(node), SILENT_MS);
    const answers = await connection.send(node, request).finally(() => clearTimeout(silent));
    if (answers.length === 0) throw new Error('the broker answered for no partition');
    let failed: Error | undefined;
    let came: 'all' | 'some' | 'none' = 'none';
    for (const answer of answers) {
      const { feed, offset = 0 } = requested.get(answer.partition) ?? {};
      // The partition may have been given up meanwhile.
      if (feed === undefined || this.#feeds.get(answer.partition) !== feed) continue;
      if (answer.errorCode === 0) came = await this.#deliver(feed, offset, answer, came);
      else if (answer.errorCode === OFFSET_OUT_OF_RANGE) await this.#relocate(feed, offset);
      else failed = brokerError(OTHER_TOPIC.has(answer.errorCode) ? UNKNOWN_TOPIC : answer.errorCode, topic);
    }
    if (failed) throw failed;
    this.#failures = 0;
    this.options.outage.works(`${NODE}${node}`);
    return came;
  }

  async #deliver<Came>(feed: PartitionFeed, from: number, { set, aborted, end }: Fetched, before: Came): Promise<Came | 'all' | 'some'> {
    let decoded: DecodedRecords;
    try {
      decoded = await decodeRecordBatches(set, from, aborted);
    } catch (error) {
      feed.unreadable(from, error);
      return before;
    }
    feed.take(from, decoded.records, decoded.next, end);
    if (decoded.records.length === 0) return before;
    return decoded.next < end || before === 'some' ? 'some' : 'all';
  }

  async #relocate(feed: PartitionFeed, from: number): Promise<void> {
    const { connection, topic } = this.options;
    const start = await connection.offsets(topic, feed.partition, 'start');
    feed.moved(from, start, await connection.offsets(topic, feed.partition, 'end'));
  }

  #silent(node: number): void {
    const reason = new Error(`broker ${node} has not answered for ${SILENT_MS / 1_000} s`);
    if (!this.#closing.signal.aborted) this.options.outage.failed(`${NODE}${node}`, kafkaFailed(`read ${this.options.topic}`, reason));
  }

  async #backOff(part: string, error: unknown): Promise<void> {
    this.options.connection.leadersMoved();
    const wait = Math.min(BACK_OFF_MS.first * 2 ** this.#failures++, BACK_OFF_MS.max);
    // A single failure is normal when a leader moves.
    if (this.#failures > 1 && !this.#closing.signal.aborted) {
      this.options.outage.failed(part, kafkaFailed(`read ${this.options.topic}`, error));
    }
    await this.#pause(wait);
  }

  /** Ends early when the fetcher is closed. */
  async #pause(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined);
  }
}

/** Partitions are served in the order of the request; each takes its turn as the first. */
function rotated<T>(items: readonly T[], turn: number): T[] {
  const start = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
