import type { Revision } from '../revision.js';
import type { Fingerprint } from '../violation-groups/fingerprint.js';

export interface StoredViolation extends Revision {
  readonly ruleId: string;
  readonly ruleName: string;
  /** Undefined: stored before versions were recorded. */
  readonly ruleVersion?: number;
  readonly severity: string;
  readonly traceId: string;
  readonly wireTraceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly timestampMs: number;
  /** Why the receiver refused this revision permanently (`http_413`); undefined if it did not. */
  readonly exportRefused?: string;
  /** Texts that searches read in addition to ids and names (message, values); write-only. */
  readonly text?: string;
  /** Write-only. Undefined: the violation is grouped later, or only by rule and service. */
  readonly fingerprint?: Fingerprint;
  /** The signed record as published (`ViolationRecord`), from which the API answers. */
  readonly record: string;
}

/** One of the revisions of a violation. */
export interface StoredRevision extends Revision {
  /** The signed record as published. */
  readonly record: string;
  /** Whether lists and `Store.violation` return this revision. */
  readonly stands: boolean;
}

/** Violations of one partition of the violations log, with the position after them. */
export interface KeptBatch {
  readonly reader: string;
  readonly partition: number;
  /** The offset of the first record: the reader must have stored all earlier records. Undefined: not checked. */
  readonly from?: number;
  /** The offset after the last record. */
  readonly position: number;
  readonly violations: readonly StoredViolation[];
}
