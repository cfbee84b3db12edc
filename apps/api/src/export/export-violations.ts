import type { Resource } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { type Log, type PartitionListener, type Position, type RecordBatch, retry, type Subscription, TOPICS } from '#messaging';
import type { Logger, Metrics } from '#platform';
import type { Store } from '#store';
import { readerPosition } from '../keep/reader-position.js';
import { readViolation } from '../keep/stored-violation.js';
import type { API_METRICS } from '../metrics.js';
import { type Entry, exportBatches } from './export-batches.js';
import { exportSpans } from './export-spans.js';
import { violationSpan } from './violation-span.js';

const READER = 'export';

export interface ExportSettings {
  readonly batchSize: number;
  /** Puts explanation and signature into the spans. */
  readonly evidence: boolean;
  readonly resource: Resource;
}

/**
 * Violations log → OTLP endpoint, with a position of its own that advances only after success: when the endpoint is down, the
 * log waits. A violation that was exported (with this revision or one that it does not supersede) is not exported again after a restart; one
 * whose success we did not live to see is, as the same span.
 */
export class ExportViolations implements PartitionListener {
  private readonly stopping = new AbortController();
  private subscription: Subscription | undefined;
  /** Why exports fail at present. */
  private failure: Error | undefined;

  constructor(
    private readonly log: Log,
    private readonly store: Store,
    private readonly exporter: SpanExporter,
    private readonly settings: ExportSettings,
    private readonly metrics: Metrics<typeof API_METRICS>,
    private readonly logger: Logger,
  ) {}

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
    return this.failure === undefined ? 'ok' : `retrying: ${this.failure.message}`;
  }

  assigned(partition: number, _committed: Position | undefined): Promise<number> {
    return readerPosition(this.log, this.store, READER, partition);
  }

  async records({ partition, records, endOffset }: RecordBatch): Promise<void> {
    const last = records.at(-1);
    if (last === undefined) return;
    const entries = records.flatMap((record): Entry[] => {
      try {
        return [{ position: record.offset + 1, violation: readViolation(record) }];
      } catch {
        this.metrics.violationsUnreadable.inc({ reader: READER });
        return [];
      }
    });
    for (const batch of exportBatches(entries, this.settings.batchSize)) {
      await this.exportBatch(partition, batch);
      this.metrics.exportLag.set({ partition: String(partition) }, endOffset - (batch.at(-1)?.position ?? endOffset));
    }
    const position = last.offset + 1;
    await this.store.exported(READER, partition, position, []);
    this.metrics.exportLag.set({ partition: String(partition) }, endOffset - position);
    await this.subscription?.commit(partition, { offset: position, metadata: '' });
  }

  async revoked(partition: number): Promise<void> {
    this.metrics.exportLag.remove({ partition: String(partition) });
  }

  failed(error: Error, partition?: number): void {
    if (this.stopping.signal.aborted) return;
    this.logger.error({ err: error, partition }, 'violations are not exported; it is tried again');
  }

  private async exportBatch(partition: number, batch: readonly Entry[]): Promise<void> {
    const violations = batch.map(({ violation }) => violation);
    const revisions = violations.map(({ id, revision, status, log }) => ({ id, revision, status, firstOffset: log.first_offset }));
    const done = await this.store.alreadyExported(revisions);
    const spans = violations
      .filter(({ id }) => !done.has(id))
      .map((violation) => violationSpan(violation, this.settings.resource, this.settings.evidence));
    if (spans.length > 0) {
      await retry(() => exportSpans(this.exporter, spans), {
        signal: this.stopping.signal,
        failed: (error, pause) => this.exportFailed(error, pause),
      });
      if (this.failure) this.logger.info('violations are exported again');
      this.failure = undefined;
      this.metrics.violationsExported.inc(spans.length);
    }
    const position = batch.at(-1)?.position ?? 0;
    await this.store.exported(READER, partition, position, revisions);
  }

  private exportFailed(error: Error, pause: number): void {
    this.metrics.exportFailures.inc();
    const level = this.failure === undefined ? 'warn' : 'debug';
    this.failure = error;
    this.logger[level]({ err: error, retry_in_ms: pause }, 'the OTLP endpoint did not take violations; they wait in the log');
  }
}
