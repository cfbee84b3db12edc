import type { Verdict } from '#engine';
import { type Log, retry, TOPICS } from '#messaging';
import type { KeyRing } from '#signing';
import { violationRecord } from './violation-record.js';

/**
 * Verdicts → violations log, signed, in the partition of their spans. Resolves when they are acknowledged; an outage of the log
 * only delays that. Appending twice (after an answer that got lost) is harmless: ids and revisions are the same.
 */
export class PublishViolations {
  constructor(
    private readonly log: Log,
    private readonly keys: KeyRing,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /** Rejects only when `signal` is aborted. */
  async publish(partition: number, verdicts: readonly Verdict[], signal: AbortSignal): Promise<void> {
    if (verdicts.length === 0) return;
    const records = verdicts.map((verdict) => ({
      partition,
      key: verdict.wireTraceId,
      value: Buffer.from(JSON.stringify(violationRecord(verdict, this.keys))),
    }));
    await retry(() => this.log.append(TOPICS.violations, records), { signal, failed: this.failed, longest: 5_000 });
  }
}
