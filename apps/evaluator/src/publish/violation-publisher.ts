import type { Verdict } from '#engine';
import { isRefusedForNow, isRefusedRecord, type Log, type OutgoingRecord } from '#messaging';
import { CONTROL_EVIDENCE, CONTROL_HEADER, TOPICS } from '#records';
import type { KeyRing } from '#signing';
import { retry } from '#waiting';
import { evidenceRecord, type PassedEvidence } from './evidence-record.js';
import { violationRecord } from './violation-record.js';

/** Why a violation is not in the log: the label of `betrace_violations_set_aside_total`. */
export type SetAsideReason = 'not_signed' | 'refused';

/** A verdict that cannot be published: retrying would fail again. */
export interface SetAside {
  readonly verdict: Verdict;
  readonly reason: SetAsideReason;
  /** The error. */
  readonly error: Error;
}

/** Evidence that cannot be published; retrying would fail again. */
export interface EvidenceSetAside {
  readonly evidence: PassedEvidence;
  readonly reason: SetAsideReason;
}

/** A record and its source. */
interface Built<Of> {
  readonly of: Of;
  readonly record: OutgoingRecord;
}

interface Unpublished<Of> {
  readonly of: Of;
  readonly reason: SetAsideReason;
  readonly error: Error;
}

/**
 * Signs verdicts and appends them to the violations log, in the partition of their spans. Resolves when they are acknowledged; an outage of the log only
 * delays that. Appending twice (after a lost answer) is harmless: ids and revisions are the same.
 */
export class ViolationPublisher {
  constructor(
    private readonly log: Log,
    private readonly keys: KeyRing,
    private readonly failed: (error: Error, pause: number) => void,
  ) {}

  /** Returns the verdicts that cannot be published; all others are. Rejects only when `signal` is aborted. */
  async publish(partition: number, verdicts: readonly Verdict[], signal: AbortSignal): Promise<readonly SetAside[]> {
    const unpublished = await this.publishAll(
      verdicts,
      (verdict) => ({ partition, key: verdict.wireTraceId, value: json(violationRecord(verdict, this.keys)) }),
      signal,
    );
    return unpublished.map(({ of: verdict, reason, error }) => ({ verdict, reason, error }));
  }

  /** Likewise for evidence. */
  async publishEvidence(partition: number, evidence: readonly PassedEvidence[], signal: AbortSignal): Promise<readonly EvidenceSetAside[]> {
    const headers = { [CONTROL_HEADER]: CONTROL_EVIDENCE };
    const unpublished = await this.publishAll(
      evidence,
      (one) => ({ partition, key: one.trace.wireTraceId, value: json(evidenceRecord(one, this.keys)), headers }),
      signal,
    );
    return unpublished.map(({ of, reason }) => ({ evidence: of, reason }));
  }

  private async publishAll<Of>(
    all: readonly Of[],
    recordOf: (of: Of) => OutgoingRecord,
    signal: AbortSignal,
  ): Promise<readonly Unpublished<Of>[]> {
    const built: Built<Of>[] = [];
    const aside: Unpublished<Of>[] = [];
    for (const verdict of all) {
      try {
        built.push({ of: verdict, record: recordOf(verdict) });
      } catch (error) {
        aside.push({ of: verdict, reason: 'not_signed', error: errorOf(error) });
      }
    }
    return [...aside, ...(await this.append(built, signal))];
  }

  /**
   * Halves a refused append until it is one record. That record is returned, or waits until a setting is corrected. Some records may be appended twice, which
   * is harmless.
   */
  private async append<Of>(built: readonly Built<Of>[], signal: AbortSignal): Promise<readonly Unpublished<Of>[]> {
    const [first, second] = built;
    if (first === undefined) return [];
    const records = built.map(({ record }) => record);
    try {
      const hopeless = (error: Error): boolean => isRefusedRecord(error) && !(second === undefined && isRefusedForNow(error));
      const options = { signal, failed: this.failed, hopeless, longest: 5_000 };
      await retry(() => this.log.append(TOPICS.violations, records), options);
      return [];
    } catch (error) {
      if (signal.aborted || !isRefusedRecord(error)) throw error;
      if (second === undefined) return [{ of: first.of, reason: 'refused', error: errorOf(error) }];
      const half = Math.ceil(built.length / 2);
      return [...(await this.append(built.slice(0, half), signal)), ...(await this.append(built.slice(half), signal))];
    }
  }
}

function json(record: object): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
