import type { Resource } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Traces, Work } from '#base';
import { isGivenUp, type Log, type LogError, type PartitionListener, type Position, type RecordBatch, type Subscription } from '#messaging';
import { Lag, type Logger, type Metrics, Tracing } from '#platform';
import { type RuleControl, TOPICS, type ViolationRecord } from '#records';
import type { Store } from '#store';
import { AcceptedCalls, type Delivery, deliver } from '../delivery/deliver.js';
import { deliveryBatches } from '../delivery/delivery-batches.js';
import { revisionOf } from '../delivery/entry.js';
import { GATHER_MS } from '../delivery/gather.js';
import { PositionFollower } from '../delivery/position-follower.js';
import { readerPosition } from '../delivery/reader-position.js';
import type { Refusal } from '../delivery/refusal.js';
import { Together } from '../delivery/together.js';
import type { API_METRICS } from '../metrics.js';
import { evidenceSpan } from './evidence-span.js';
import { type ExportEntry, exportEntriesOf, idOf, isViolation } from './export-entry.js';
import { ExportState } from './export-state.js';
import { RuleControls } from './rule-controls.js';
import { exportSpans } from './send/export-spans.js';
import { violationSpan } from './violation-span.js';

const READER = 'export';
/** Approximate number of violations about which the store is asked at once. */
const ASKED_AT_ONCE = 500;
const NOWHERE: ReadonlyMap<number, number> = new Map();
const NONE: ReadonlySet<string> = new Set();

/** What one partition exports, and the offset after it. */
interface Part {
  readonly partition: number;
  readonly position: number;
  readonly entries: readonly ExportEntry[];
  /** Aborted when the partition must be given up. */
  readonly leaving: AbortSignal | undefined;
  /** Calls with its violations that have no answer yet, and notes of late answers. */
  readonly unanswered: Set<Promise<void>>;
}

/** The signal that ends a delivery, and a callback for each of its calls. */
interface Calls {
  readonly signal: AbortSignal;
  readonly begun: (call: Promise<void>) => Promise<void>;
}

export interface ExportSettings {
  /** The endpoint's address, without secrets. */
  readonly address: string;
  readonly batchSize: number;
  /** Whether spans include explanation and signature, and evidence of complying traces is exported. */
  readonly evidence: boolean;
  readonly resource: Resource;
  /** Records a span for each request; default: none. */
  readonly traces?: Traces;
}

const exportWork = (spans: number): Work => ({
  name: 'export violations',
  kind: 'client',
  attributes: { 'betrace.spans': spans },
  alone: true,
});

/**
 * Violations log → OTLP endpoint, with a position that advances only after success: the log buffers while the endpoint is down. A violation that was exported
 * (in this revision, or one that it does not supersede) is not exported again after a restart. After an unconfirmed success it is exported again, as the same
 * span. A violation that the endpoint refuses permanently is skipped, and the store notes the reason.
 */
export class ViolationExporter implements PartitionListener {
  /** The current offsets in the log. */
  readonly lag = new Lag();
  private readonly stopping = new AbortController();
  private readonly acceptedCalls = new AcceptedCalls();
  private readonly positions = new PositionFollower();
  /** Not in turn: a partition that the endpoint refuses must not delay the others. */
  private readonly together = new Together<Part>((parts) => this.exportTogether(parts));
  private readonly controls: RuleControls;
  private readonly failures: ExportState;
  private subscription: Subscription | undefined;

  constructor(
    private readonly log: Log,
    private readonly store: Store,
    private readonly exporter: SpanExporter,
    private readonly settings: ExportSettings,
    private readonly metrics: Metrics<typeof API_METRICS>,
    private readonly logger: Logger,
  ) {
    this.controls = new RuleControls(store);
    this.failures = new ExportState(settings.address, metrics, logger);
  }

  async start(): Promise<void> {
    this.subscription = await this.log.subscribe({
      topic: TOPICS.violations,
      group: 'betrace-export',
      gather: GATHER_MS.deliver,
      listener: this,
    });
  }

  /** Stops waiting for an endpoint that is down; the rest is exported after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'));
    await this.subscription?.close();
    await this.exporter.shutdown();
  }

  /** For readiness: `ok`, or the reason for waiting. An endpoint that is down delays exports, but does not stop BeTrace. */
  state(): string {
    return this.failures.state();
  }

  async assigned(partition: number, committed: Position | undefined, start: number): Promise<number> {
    this.lag.at(partition, committed?.offset ?? start);
    const position = await readerPosition(this.log, this.store, READER, partition, committed, (to) =>
      this.store.exported(READER, new Map([[partition, to]]), []),
    );
    this.lag.at(partition, position);
    return position;
  }

  async records({ partition, records }: RecordBatch, leaving?: AbortSignal): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const found = exportEntriesOf(partition, records, () => this.metrics.violationsUnreadable.inc({ reader: READER }));
    const entries = this.settings.evidence ? found : found.filter(isViolation);
    const position = last.offset + 1;
    await this.export({ partition, position, entries, leaving, unanswered: new Set() });
    this.lag.at(partition, position);
    await this.positions.follow(this.subscription, partition, position);
    this.failures.works(partition);
  }

  async revoked(partition: number): Promise<void> {
    this.failures.forget(partition);
    await this.positions.leave(this.subscription, partition, this.lag.position(partition));
    this.lag.forget(partition);
  }

  async idle(partition: number, position: number): Promise<void> {
    this.lag.at(partition, position);
    await this.positions.idle(this.subscription, partition, position);
    this.failures.works(partition);
  }

  recovered(): void {
    this.failures.forget(undefined);
  }

  missing(error: LogError, partition: number): void {
    this.metrics.violationsMissing.inc({ reader: READER }, Number(error.values['to']) - Number(error.values['from']) + 1);
    this.logger.error({ err: error, partition }, 'violations were deleted from the log before they were exported');
  }

  failed(error: Error, partition?: number): void {
    if (this.stopping.signal.aborted) return;
    this.failures.broken(error, partition);
    this.logger.error({ err: error, partition }, 'cannot export violations; retrying');
  }

  /** Waits until the endpoint has accepted the part, or the partition must be given up. */
  private async export(part: Part): Promise<void> {
    for (;;) {
      try {
        return await this.together.add(part);
      } catch (error) {
        // If another partition of the common request is given up, this one is exported alone.
        if (!isGivenUp(error) || part.leaving?.aborted === true) throw error;
        await this.answersTo(part);
      }
    }
  }

  /** Resolves when no call with this part is under way: what the endpoint still accepts is not sent again. Rejects when the partition must be given up. */
  private async answersTo({ unanswered, leaving }: Part): Promise<void> {
    const signal = AbortSignal.any([this.stopping.signal, ...(leaving === undefined ? [] : [leaving])]);
    const left = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => left.resolve());
    while (unanswered.size > 0 && !signal.aborted) await Promise.race([Promise.allSettled(unanswered), left.promise]);
    signal.throwIfAborted();
  }

  /** Exports the violations of several partitions in common requests. Each partition continues when all of its violations are done. */
  private async exportTogether(parts: readonly Part[]): Promise<void> {
    const entries = parts.flatMap((part) => part.entries);
    const signal = AbortSignal.any([this.stopping.signal, ...parts.flatMap(({ leaving }) => leaving ?? [])]);
    const begun = (call: Promise<void>): Promise<void> => {
      for (const { unanswered } of parts) {
        unanswered.add(call);
        const answered = (): void => void unanswered.delete(call);
        call.then(answered, answered);
      }
      return call;
    };
    const calls: Calls = { signal, begun };
    const left = new Map(parts.map((part) => [part.partition, part.entries.length]));
    const ends = new Map(parts.map(({ partition, position }) => [partition, position]));
    const nothing = parts.filter((part) => part.entries.length === 0).map((part) => part.partition);
    const passed = (batch: readonly ExportEntry[]): ReadonlyMap<number, number> => {
      const positions = new Map(batch.map(({ partition, position }) => [partition, position]));
      for (const { partition } of batch) left.set(partition, left.get(partition)! - 1);
      // Records after the last violation of a partition may not be violations.
      for (const partition of [...positions.keys(), ...nothing.splice(0)])
        if (left.get(partition) === 0) positions.set(partition, ends.get(partition)!);
      return positions;
    };
    for (const group of deliveryBatches(entries, ASKED_AT_ONCE, idOf)) {
      const revisions = group.filter(isViolation).map(revisionOf);
      const done = revisions.length === 0 ? NONE : await this.store.alreadyExported(revisions);
      for (const batch of deliveryBatches(group, this.settings.batchSize, idOf)) await this.exportBatch(batch, done, passed, calls);
    }
    if (nothing.length > 0) await this.store.exported(READER, passed([]), []);
  }

  private async exportBatch(
    batch: readonly ExportEntry[],
    done: ReadonlySet<string>,
    passed: (batch: readonly ExportEntry[]) => ReadonlyMap<number, number>,
    calls: Calls,
  ): Promise<void> {
    const waiting = batch.filter((entry) => !done.has(idOf(entry)));
    const noted = { all: false };
    const accepted = async (entries: readonly ExportEntry[]): Promise<void> => {
      // Usually the endpoint accepts the whole batch, and the positions are stored with it.
      noted.all = entries.length === waiting.length;
      await this.store.exported(READER, noted.all ? passed(batch) : NOWHERE, entries.filter(isViolation).map(revisionOf));
    };
    const violations = waiting.filter(isViolation).map(({ violation }) => violation);
    const found = await this.controls.of(violations);
    const controls = new Map(violations.map((violation, n) => [violation, found[n]!]));
    await deliver(waiting, this.delivery([...new Set(batch.map(({ partition }) => partition))], accepted, controls, calls));
    if (!noted.all) await this.store.exported(READER, passed(batch), []);
    for (const { partition, position } of batch) this.lag.at(partition, position);
  }

  private delivery(
    partitions: readonly number[],
    accepted: (entries: readonly ExportEntry[]) => Promise<void>,
    controls: ReadonlyMap<ViolationRecord, readonly RuleControl[]>,
    { signal, begun }: Calls,
  ): Delivery<ExportEntry> {
    const { resource, evidence, traces = new Tracing() } = this.settings;
    const spansOf = (entries: readonly ExportEntry[]) =>
      entries.map((entry) =>
        isViolation(entry)
          ? violationSpan(entry.violation, resource, evidence, controls.get(entry.violation))
          : evidenceSpan(entry.evidence, resource),
      );
    return {
      send: (entries) => begun(traces.span(exportWork(entries.length), () => exportSpans(this.exporter, spansOf(entries)))),
      accepted: async (entries) => {
        for (const partition of partitions) this.failures.works(partition);
        const violations = entries.filter(isViolation).length;
        this.metrics.violationsExported.inc(violations);
        this.metrics.evidenceExported.inc(entries.length - violations);
        await accepted(entries);
      },
      // Evidence is not noted: it is exported again, as the same span.
      acceptedLate: async (entries) => {
        const violations = entries.filter(isViolation);
        this.metrics.violationsExported.inc(violations.length);
        this.metrics.evidenceExported.inc(entries.length - violations.length);
        if (violations.length > 0) await begun(this.store.exported(READER, NOWHERE, violations.map(revisionOf)));
      },
      refused: async (entry, refusal) => {
        this.tellRefused(entry, refusal);
        if (isViolation(entry)) await this.store.exportRefused(revisionOf(entry), refusal.reason);
      },
      failed: (refusal, pause) => this.failures.waits(partitions, refusal, pause),
      signal,
      acceptedCalls: this.acceptedCalls,
    };
  }

  private tellRefused(entry: ExportEntry, { kind, reason, message }: Refusal): void {
    this.metrics.exportFailures.inc({ kind });
    if (!isViolation(entry)) {
      const { id, rule_id } = entry.evidence;
      this.metrics.evidenceRejected.inc({ reason });
      this.logger.error(
        { evidence: id, rule_id, reason, answer: message },
        `the OTLP endpoint refused evidence ${id} permanently: ${message}`,
      );
      return;
    }
    const { id, revision, rule_id } = entry.violation;
    this.metrics.exportRejected.inc({ reason });
    this.logger.error(
      { violation: id, revision, rule_id, reason, answer: message },
      `the OTLP endpoint refused violation ${id} permanently; it is stored here and not exported: ${message}`,
    );
  }
}
