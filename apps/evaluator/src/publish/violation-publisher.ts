import type { Verdict } from '#engine';
import { isRefusedRecord, type Log, type OutgoingRecord, retry } from '#messaging';
import { TOPICS } from '#records';
import type { KeyRing } from '#signing';
import { violationRecord } from './violation-record.js';

/** Why a violation is not in the log: the label of `betrace_violations_set_aside_total`. */
export type SetAsideReason = 'not_signed' | 'refused';

/** A verdict that can't be published: trying again would end the same way. */
export interface SetAside {
  readonly verdict: Verdict;
  readonly reason: SetAsideReason;
  /** What threw. */
  readonly error: Error;
}

interface Built {
  readonly verdict: Verdict;
  readonly record: OutgoingRecord;
}

/**
 * Verdicts → violations log, signed, in the partition of their spans. Resolves when they are acknowledged; an outage of the log
 * only delays that. Appending twice (after an answer that got lost) is harmless: ids and revisions are the same.
 */
export class ViolationPublisher {
  constructor(
    private readonly log: Log,
    private readonly keys: KeyRing,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /** Answers the verdicts that can't be published; all others are. Rejects only when `signal` is aborted. */
  async publish(partition: number, verdicts: readonly Verdict[], signal: AbortSignal): Promise<readonly SetAside[]> {
    const built: Built[] = [];
    const aside: SetAside[] = [];
    for (const verdict of verdicts) {
      try {
        const value = Buffer.from(JSON.stringify(violationRecord(verdict, this.keys)));
        built.push({ verdict, record: { partition, key: verdict.wireTraceId, value } });
      } catch (error) {
        aside.push({ verdict, reason: 'not_signed', error: errorOf(error) });
      }
    }
    return [...aside, ...(await this.append(built, signal))];
  }

  /** Halves what the log refuses until it is one record: that one is answered. Some may be appended twice, which is harmless. */
  private async append(built: readonly Built[], signal: AbortSignal): Promise<readonly SetAside[]> {
    const [first, second] = built;
    if (first === undefined) return [];
    const records = built.map(({ record }) => record);
    try {
      const options = { signal, failed: this.failed, hopeless: isRefusedRecord, longest: 5_000 };
      await retry(() => this.log.append(TOPICS.violations, records), options);
      return [];
    } catch (error) {
      if (signal.aborted || !isRefusedRecord(error)) throw error;
      if (second === undefined) return [{ verdict: first.verdict, reason: 'refused', error: errorOf(error) }];
      const half = Math.ceil(built.length / 2);
      return [...(await this.append(built.slice(0, half), signal)), ...(await this.append(built.slice(half), signal))];
    }
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
