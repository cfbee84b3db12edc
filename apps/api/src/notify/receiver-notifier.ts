import { setTimeout as sleep } from 'node:timers/promises';
import type { Work } from '#base';
import { type Log, type LogError, type PartitionListener, type Position, type RecordBatch, type Subscription } from '#messaging';
import { Lag, type Logger, type Metrics, type Tracing } from '#platform';
import { TOPICS } from '#records';
import type { Store } from '#store';
import { AcceptedCalls, type Delivery, deliver } from '../delivery/deliver.js';
import { deliveryBatches } from '../delivery/delivery-batches.js';
import { type Entry, entriesOf, revisionOf } from '../delivery/entry.js';
import { GATHER_MS } from '../delivery/gather.js';
import { PositionFollower } from '../delivery/position-follower.js';
import { type Refusal, refusalOf } from '../delivery/refusal.js';
import { KEEP_READER } from '../keep/violation-keeper.js';
import { alertOf } from './alert.js';
import type { NOTIFY_METRICS } from './metrics.js';
import { postJson } from './post-json.js';
import { type NotificationReceiver, wants } from './receiver.js';
import type { RuleFacts } from './rule-facts.js';
import { webhookMessage } from './webhook-message.js';

/** Alerts per request, and concurrent messages of a webhook. */
const BATCH = { alertmanager: 64, webhook: 8 } as const;
/** Timeout (ms) of one wait for the store, after which it is checked again. */
const KEPT_MS = 10_000;
const KEPT_POLL_MS = 50;
const ADVICE = (reason: string): string => `check the address, headers and secret of the receiver (${reason})`;

export interface NotifyParts {
  readonly log: Log;
  readonly store: Store;
  readonly facts: RuleFacts;
  readonly metrics: Metrics<typeof NOTIFY_METRICS>;
  readonly logger: Logger;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly tracing: Tracing;
}

const notifyWork = ({ name, kind }: NotificationReceiver, violations: number): Work => ({
  name: `notify ${kind}`,
  kind: 'client',
  attributes: { 'betrace.receiver': name, 'betrace.violations': violations },
  alone: true,
});

/**
 * Violations log → one receiver, with a position that advances only after success: the log buffers while the receiver is unavailable, and other receivers
 * continue. A new receiver gets violations from its start on. After a kill some are sent again: as the same alert, or with the same `webhook-id`.
 */
export class ReceiverNotifier implements PartitionListener {
  /** The current offsets in the log. */
  readonly lag = new Lag();
  private readonly stopping = new AbortController();
  private readonly ended = new AbortController();
  private readonly acceptedCalls = new AcceptedCalls();
  private readonly positions = new PositionFollower();
  /** Why nothing is accepted now, by partition. */
  private readonly waiting = new Map<number | undefined, string>();
  private readonly reader: string;
  private readonly subscribed = Promise.withResolvers<Subscription>();
  private subscription: Subscription | undefined;
  private since: number | undefined;

  constructor(
    private readonly receiver: NotificationReceiver,
    private readonly parts: NotifyParts,
  ) {
    this.reader = `notify ${receiver.name}`;
    const { metrics } = parts;
    const labels = { receiver: receiver.name };
    metrics.sent.inc(labels, 0);
    metrics.muted.inc(labels, 0);
  }

  async start(): Promise<void> {
    const group = `betrace-notify-${this.receiver.name}`;
    const subscription = await this.parts.log.subscribe({ topic: TOPICS.violations, group, gather: GATHER_MS.deliver, listener: this });
    this.subscribed.resolve(subscription);
    this.subscription = subscription;
  }

  /** Stops waiting; the rest is sent after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'));
    await this.subscription?.close();
    this.ended.abort(new Error('stopping'));
  }

  /** The reason for waiting; undefined if there is none. */
  state(): string | undefined {
    const [why] = this.waiting.values();
    return why === undefined ? undefined : `${this.receiver.name}: ${why}`;
  }

  async assigned(partition: number, committed: Position | undefined, start: number): Promise<number> {
    const { log, store } = this.parts;
    this.since ??= await this.begin();
    const position = await store.position(this.reader, partition);
    const { end } = await log.bounds(TOPICS.violations, partition);
    const isNew = committed === undefined && position === 0;
    // If the log was created again, the position belongs to the former one.
    const isOther = position > end || (committed === undefined && !isNew);
    // Before the position of this log is committed (`readerPosition`).
    if (isOther && position > start) await store.notified(this.reader, new Map([[partition, start]]), []);
    // Not at the end: another process may have had the partition, without a violation to note yet.
    const at = isNew ? await log.offsetAt(TOPICS.violations, partition, this.since) : isOther ? start : Math.max(position, start);
    this.lag.at(partition, at);
    return at;
  }

  async records({ partition, records }: RecordBatch, leaving?: AbortSignal): Promise<void> {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return;
    const subscription = await this.subscribed.promise;
    const signal = leaving === undefined ? this.stopping.signal : AbortSignal.any([this.stopping.signal, leaving]);
    // First, so that the log knows the reader: violations during a downtime are then sent.
    await this.positions.follow(subscription, partition, first.offset);
    const due = await this.toBeTold(partition, records, signal);
    for (const batch of deliveryBatches(due, BATCH[this.receiver.kind], ({ violation }) => violation.id))
      await this.notify(partition, batch, signal);
    await this.parts.store.notified(this.reader, new Map([[partition, last.offset + 1]]), []);
    this.lag.at(partition, last.offset + 1);
    await this.positions.follow(subscription, partition, last.offset + 1);
    this.works(partition);
  }

  async idle(partition: number, position: number): Promise<void> {
    this.lag.at(partition, position);
    await this.positions.follow(await this.subscribed.promise, partition, position);
    this.works(partition);
  }

  async revoked(partition: number): Promise<void> {
    this.waiting.delete(partition);
    await this.positions.leave(this.subscription, partition, this.lag.position(partition));
    this.lag.forget(partition);
  }

  recovered(): void {
    this.waiting.delete(undefined);
  }

  missing(error: LogError, partition: number): void {
    const count = Number(error.values['to']) - Number(error.values['from']) + 1;
    this.parts.metrics.missing.inc({ receiver: this.receiver.name }, count);
    this.parts.logger.error(
      { err: error, partition, receiver: this.receiver.name },
      'violations were deleted from the log before the receiver was notified',
    );
  }

  failed(error: Error, partition?: number): void {
    if (this.stopping.signal.aborted) return;
    this.waiting.set(partition, error.message);
    this.parts.logger.error({ err: error, partition, receiver: this.receiver.name }, 'cannot notify the receiver; retrying');
  }

  /** The log time of the receiver's first start, from which on it is notified, even if the log is read again later. */
  private async begin(): Promise<number> {
    const { store, log } = this.parts;
    const reader = `${this.reader} since`;
    const known = await store.position(reader, 0);
    if (known > 0) return known;
    const now = log.now();
    await store.notified(reader, new Map([[0, now]]), []);
    return now;
  }

  private async toBeTold(partition: number, records: RecordBatch['records'], signal: AbortSignal): Promise<readonly Entry[]> {
    const { facts, metrics } = this.parts;
    await facts.refresh();
    const entries = entriesOf(partition, records, () => metrics.unreadable.inc({ receiver: this.receiver.name }));
    const due = entries.filter(({ violation }) => this.isWanted(violation));
    const undecided = due.findLast(({ violation }) => facts.isMutedUntilWorse(violation.rule_id, violation.service));
    if (undecided !== undefined) {
      await this.kept(partition, undecided.position, signal);
      await facts.refresh(true);
    }
    return due.filter(({ violation }) => this.isToBeTold(violation));
  }

  /** Resolves when the store has the violations before a position of the log, and has ended the mutes that they exceed. */
  private async kept(partition: number, position: number, signal: AbortSignal): Promise<void> {
    const until = this.parts.now() + KEPT_MS;
    while ((await this.parts.store.position(KEEP_READER, partition)) < position) {
      signal.throwIfAborted();
      if (this.parts.now() > until) throw new Error('the store has not kept the violations yet that may end a mute');
      await sleep(KEPT_POLL_MS);
    }
  }

  private isWanted(violation: Entry['violation']): boolean {
    // A starting evaluator publishes some violations again.
    if (violation.timestamp_ms < (this.since ?? 0)) return false;
    return wants(this.receiver, violation, this.parts.facts.tagsOf(violation.rule_id));
  }

  /** A retraction is sent even for a muted violation: it may end an earlier alert. */
  private isToBeTold(violation: Entry['violation']): boolean {
    const { facts, metrics } = this.parts;
    if (violation.status === 'retracted' || !facts.isMuted(violation.rule_id, violation.service)) return true;
    metrics.muted.inc({ receiver: this.receiver.name });
    return false;
  }

  private async notify(partition: number, batch: readonly Entry[], signal: AbortSignal): Promise<void> {
    const { store } = this.parts;
    const done = await store.alreadyNotified(this.reader, batch.map(revisionOf));
    const waiting = batch.filter(({ violation }) => !done.has(violation.id));
    const accepted: Entry[] = [];
    const delivery = this.delivery(partition, accepted, signal);
    const calls = this.receiver.kind === 'alertmanager' ? [waiting] : waiting.map((entry) => [entry]);
    const ends = await Promise.allSettled(calls.map((call) => deliver(call, delivery)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) {
      // The partition is given up, or the process stops: notes what was accepted, so that the successor does not send it again.
      if (accepted.length > 0) await store.notified(this.reader, new Map(), accepted.map(revisionOf));
      throw failed.reason;
    }
    const { position } = batch.at(-1)!;
    await store.notified(this.reader, new Map([[partition, position]]), waiting.map(revisionOf));
    this.lag.at(partition, position);
  }

  private delivery(partition: number, accepted: Entry[], signal: AbortSignal): Delivery<Entry> {
    const { name: receiver } = this.receiver;
    const { metrics, logger } = this.parts;
    return {
      send: (entries) => this.parts.tracing.span(notifyWork(this.receiver, entries.length), () => this.post(entries)),
      meaning: (error) => refusalOf(error, ADVICE),
      accepted: async (entries) => {
        this.works(partition);
        accepted.push(...entries);
        metrics.sent.inc({ receiver }, entries.length);
      },
      acceptedLate: async (entries) => {
        metrics.sent.inc({ receiver }, entries.length);
        await this.parts.store.notified(this.reader, new Map(), entries.map(revisionOf));
      },
      refused: async ({ violation: { id, revision } }, { reason, message }) => {
        metrics.refused.inc({ receiver, reason });
        logger.error(
          { receiver, violation: id, revision, reason, answer: message },
          `receiver ${receiver} refused violation ${id} permanently: ${message}`,
        );
      },
      failed: (refusal, pause) => this.waits(partition, refusal, pause),
      signal,
      acceptedCalls: this.acceptedCalls,
    };
  }

  private async post(entries: readonly Entry[]): Promise<void> {
    const { receiver, parts, ended } = this;
    const now = parts.now();
    const traced = parts.tracing.headers();
    if (receiver.kind === 'alertmanager') {
      const alerts = entries.map(({ violation }) => alertOf(violation, receiver, now));
      return postJson(
        `${receiver.url.replace(/\/+$/, '')}/api/v2/alerts`,
        JSON.stringify(alerts),
        { ...receiver.headers, ...traced },
        ended.signal,
      );
    }
    for (const { violation } of entries) {
      const { headers, body } = webhookMessage(violation, receiver, now);
      await postJson(receiver.url, body, { ...receiver.headers, ...headers, ...traced }, ended.signal);
    }
  }

  private waits(partition: number, { kind, reason, message }: Refusal, pause: number): void {
    const { name } = this.receiver;
    this.parts.metrics.failures.inc({ receiver: name, kind });
    const level = this.waiting.has(partition) ? 'debug' : 'warn';
    this.waiting.set(partition, message);
    this.parts.logger[level](
      { receiver: name, partition, reason, answer: message, retry_in_ms: pause },
      `receiver ${name} does not accept violations; they wait in the log: ${message}`,
    );
  }

  private works(partition: number): void {
    if (this.waiting.delete(partition) && this.waiting.size === 0)
      this.parts.logger.info({ receiver: this.receiver.name }, `receiver ${this.receiver.name} accepts violations again`);
  }
}
