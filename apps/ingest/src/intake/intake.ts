import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { CLOCK, type Clock, InFlight, type Metrics, readAtScrape, registerMetrics, release, Tracing, toProblem } from '#platform';
import { INGEST_METRICS } from '../metrics.js';
import type { Receiver } from '../receive/receiver.js';
import { type Admission, admit, type RejectedSpans } from './admit.js';
import { Append } from './append.js';
import { IntakeTotals } from './intake-totals.js';
import { type ReadRequest, type RequestWarning, warningOf } from './request-warning.js';

/** The outcome of a request's spans; all accepted ones are in the log. */
export interface TakenRequest {
  /** Why an accepted request is suspicious. */
  readonly warning?: RequestWarning;
  readonly accepted: number;
  readonly rejected: number;
  readonly rejections: readonly RejectedSpans[];
}

/** The way from a request to the log, the same for all receivers: admit, place, append, account. */
@Injectable()
export class Intake {
  readonly metrics: Metrics<typeof INGEST_METRICS>;
  readonly totals = new IntakeTotals();
  private readonly counted = new WeakSet<object>();

  constructor(
    private readonly append: Append,
    inFlight: InFlight,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Registry) registry: Registry,
    private readonly tracing: Tracing,
  ) {
    this.metrics = registerMetrics(INGEST_METRICS, registry);
    readAtScrape(this.metrics.inFlight, () => inFlight.bytes);
  }

  /**
   * Takes a request. `read` returns its protobuf, or throws its problem. Resolves when the log has its spans. Rejects with the receiver's answer; then
   * the sender has to send all of it again (the log may still read the bytes). @param timeoutMs how long the sender waits, if known
   */
  async take(receiver: Receiver, read: () => ReadRequest, timeoutMs?: number): Promise<TakenRequest> {
    const started = this.clock.monotonic();
    try {
      const { bytes, warning } = read();
      this.metrics.bytes.inc({ receiver }, bytes.length);
      const admission = admit(bytes, this.append.partitions);
      if (admission.own > 0 && admission.own === admission.spans) this.tracing.disregard();
      await this.append.append(admission.records, admission.accepted, timeoutMs);
      // Created here; the receiver keeps the request itself.
      for (const { value } of admission.records) if (value !== bytes) release(value);
      return this.account(receiver, admission, warning ?? warningOf(admission, bytes.length));
    } catch (error) {
      this.refused(receiver, error);
      throw error;
    } finally {
      const milliseconds = this.clock.monotonic() - started;
      this.metrics.duration.observe({ receiver }, milliseconds / 1_000);
      this.totals.latencies.note(milliseconds);
    }
  }

  /** Counts a request that is answered with this error: once, however many handlers report it. */
  refused(receiver: Receiver, error: unknown): void {
    if (typeof error === 'object' && error !== null) {
      if (this.counted.has(error)) return;
      this.counted.add(error);
    }
    this.metrics.requests.inc({ receiver, outcome: toProblem(error).code });
  }

  private account(receiver: Receiver, admission: Admission, warning: RequestWarning | undefined): TakenRequest {
    const { spans, accepted, own, rejections } = admission;
    this.totals.count(admission);
    this.metrics.spansReceived.inc({ receiver }, spans);
    this.metrics.spansIngested.inc({ receiver }, accepted);
    this.metrics.spansOwn.inc({ receiver }, own);
    for (const { reason, spans: rejected } of rejections) this.metrics.spansRejected.inc({ receiver, reason }, rejected);
    const rejected = spans - accepted - own;
    this.metrics.requests.inc({ receiver, outcome: rejected === 0 ? 'ok' : 'partial' });
    if (warning === undefined) return { accepted, rejected, rejections };
    this.metrics.warnings.inc({ receiver, warning: warning.kind });
    return { warning, accepted, rejected, rejections };
  }
}
