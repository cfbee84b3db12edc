import type { Resource } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  CONTROL_HEADER,
  type Log,
  type LogError,
  type PartitionListener,
  type Position,
  type RecordBatch,
  type Subscription,
  TOPICS,
} from '#messaging';
import { Lag, type Logger, type Metrics } from '#platform';
import type { Revision, Store } from '#store';
import { readerPosition } from '../keep/reader-position.js';
import { readViolation } from '../keep/stored-violation.js';
import type { API_METRICS } from '../metrics.js';
import { type Delivery, deliver, Taken } from './deliver.js';
import { type Entry, exportBatches } from './export-batches.js';
import { exportSpans } from './export-spans.js';
import { ExportState } from './export-state.js';
import type { Refusal } from './refusal.js';
import { violationSpan } from './violation-span.js';

const READER = 'export';

export interface ExportSettings {
  /** Of the endpoint, as it may be told. */
  readonly address: string;
  readonly batchSize: number;
  /** Puts explanation and signature into the spans. */
  readonly evidence: boolean;
  readonly resource: Resource;
}

/**
 * Violations log → OTLP endpoint, with a position of its own that advances only after success: when the endpoint is down, the
 * log waits. A violation that was exported (with this revision or one that it does not supersede) is not exported again after a restart; one
 * whose success we did not live to see is, as the same span. One that the endpoint refuses for good is passed over: it stays in the
 * store, which notes why it was not exported.
 */
export class ExportViolations implements PartitionListener {
  /** Where it is in the log. */
  readonly lag = new Lag();
  private readonly stopping = new AbortController();
  private readonly taken = new Taken();
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
    this.failures = new ExportState(settings.address, metrics, logger);
  }

  async start(): Promise<void> {
    this.subscription = await this.log.subscribe({ topic: TOPICS.violations, group: 'betrace-export', listener: this });
  }

  /** Gives up waiting for an endpoint that is down; what is not exported is exported after the next start. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('stopping'));
    await this.subscription?.close();
    await this.exporter.shutdown();
  }

  /** For readiness: `ok`, or what is being waited for. An endpoint that is down delays exports, it does not stop BeTrace. */
  state(): string {
    return this.failures.state();
  }

  async assigned(partition: number, committed: Position | undefined, start: number): Promise<number> {
    this.lag.at(partition, committed?.offset ?? start);
    const position = await readerPosition(this.log, this.store, READER, partition, committed);
    this.lag.at(partition, position);
    return position;
  }

  async records({ partition, records }: RecordBatch): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const entries = records.flatMap((record): Entry[] => {
      if (record.headers?.[CONTROL_HEADER] !== undefined) return [];
      try {
        return [{ position: record.offset + 1, violation: readViolation(record) }];
      } catch {
        this.metrics.violationsUnreadable.inc({ reader: READER });
        return [];
      }
    });
    for (const batch of exportBatches(entries, this.settings.batchSize)) {
      await this.exportBatch(partition, batch);
      this.lag.at(partition, batch.at(-1)?.position ?? last.offset + 1);
    }
    const position = last.offset + 1;
    await this.store.exported(READER, partition, position, []);
    this.lag.at(partition, position);
    await this.subscription?.commit(partition, { offset: position, metadata: '' });
    this.failures.works(partition);
  }

  async revoked(partition: number): Promise<void> {
    this.failures.forget(partition);
    this.lag.forget(partition);
  }

  async idle(partition: number, position: number): Promise<void> {
    this.lag.at(partition, position);
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
    this.logger.error({ err: error, partition }, 'violations are not exported; it is tried again');
  }

  private async exportBatch(partition: number, batch: readonly Entry[]): Promise<void> {
    const done = await this.store.alreadyExported(batch.map(revisionOf));
    const waiting = batch.filter(({ violation }) => !done.has(violation.id));
    const position = batch.at(-1)?.position ?? 0;
    await deliver(waiting, this.delivery(partition, (batch[0]?.position ?? 1) - 1));
    await this.store.exported(READER, partition, position, []);
  }

  /** `before`: the position that stands until the whole batch is delivered; what is delivered of it is noted one by one. */
  private delivery(partition: number, before: number): Delivery<Entry> {
    const { resource, evidence } = this.settings;
    return {
      send: (entries) =>
        exportSpans(
          this.exporter,
          entries.map(({ violation }) => violationSpan(violation, resource, evidence)),
        ),
      accepted: async (entries) => {
        this.failures.works(partition);
        this.metrics.violationsExported.inc(entries.length);
        await this.store.exported(READER, partition, before, entries.map(revisionOf));
      },
      refused: async (entry, refusal) => {
        this.tellRefused(entry, refusal);
        await this.store.exportRefused(revisionOf(entry), refusal.reason);
      },
      failed: (refusal, pause) => this.failures.waits(partition, refusal, pause),
      signal: this.stopping.signal,
      taken: this.taken,
    };
  }

  private tellRefused({ violation }: Entry, { kind, reason, message }: Refusal): void {
    const { id, revision, rule_id } = violation;
    this.metrics.exportFailures.inc({ kind });
    this.metrics.exportRejected.inc({ reason });
    this.logger.error(
      { violation: id, revision, rule_id, reason, answer: message },
      `the OTLP endpoint refuses violation ${id} for good; it is kept here and not exported: ${message}`,
    );
  }
}

function revisionOf({ violation: { id, revision, status, log } }: Entry): Revision {
  return { id, revision, status, firstOffset: log.first_offset };
}
