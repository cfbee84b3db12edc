import { Inject, Injectable } from '@nestjs/common';
import { Log, type OutgoingRecord } from '#messaging';
import { CONFIGURATION, type Configuration, FullPartitions, InFlight } from '#platform';
import { TOPICS } from '#records';
import { withDeadline } from '#waiting';
import { ingestProblem } from '../ingest-problem.js';
import { AppendedSpans } from './appended-spans.js';

/**
 * Appends records to the spans log. When it resolves the log has them (docs/architecture.md, invariant 1); when it rejects, the answer makes the sender
 * retry.
 */
@Injectable()
export class Append {
  readonly appended = new AppendedSpans();

  constructor(
    private readonly log: Log,
    private readonly inFlight: InFlight,
    private readonly fullPartitions: FullPartitions,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  get partitions(): number {
    return this.log.partitions(TOPICS.spans);
  }

  /**
   * Rejects with 503: BT_INGEST_NO_TRACE_MEMORY, BT_HTTP_OVERLOADED, BT_INGEST_LOG_TIMEOUT, or the log's own. @param spans in the records. @param timeoutMs
   * how long the sender waits, if that is less than `server.append_timeout`
   */
  async append(records: readonly OutgoingRecord[], spans: number, timeoutMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (records.length === 0) return;
    const full = records.find(({ partition }) => this.fullPartitions.has(partition));
    if (full) throw ingestProblem('BT_INGEST_NO_TRACE_MEMORY', { partition: full.partition });
    const reservation = this.inFlight.reserve(records.reduce((sum, { value }) => sum + value.length, 0));
    // Held until the log releases the bytes, which may be long after the sender got an error.
    const appended = this.appended.follow(this.log.append(TOPICS.spans, records), records, spans).finally(reservation.release);
    const milliseconds = Math.round(Math.min(this.configuration.server.appendTimeout, timeoutMs));
    await withDeadline(appended, milliseconds, () => ingestProblem('BT_INGEST_LOG_TIMEOUT', { milliseconds }));
  }
}
