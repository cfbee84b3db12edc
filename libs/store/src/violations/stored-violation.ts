import type { Revision } from '../revision.js';
import type { Fingerprint } from '../violation-groups/fingerprint.js';

export interface StoredViolation extends Revision {
  readonly ruleId: string;
  readonly ruleName: string;
  /** Undefined: kept before the store noted it. */
  readonly ruleVersion?: number;
  readonly severity: string;
  readonly traceId: string;
  readonly wireTraceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly timestampMs: number;
  /** Why this revision was not exported and never will be (`http_413`); undefined when it was or may be. */
  readonly exportRefused?: string;
  /** Texts that a search reads beside ids and names (message, values); write-only. */
  readonly text?: string;
  /** Write-only; undefined: it is grouped later, or by rule and service only. */
  readonly fingerprint?: Fingerprint;
  /** The signed record as it was published (`ViolationRecord`): what the API answers from. */
  readonly record: string;
}

/** One of the revisions of a violation. */
export interface StoredRevision extends Revision {
  /** The signed record as it was published. */
  readonly record: string;
  /** It is the one that lists and `Store.violation` answer. */
  readonly stands: boolean;
}

/** Violations of one partition of the violations log, with the position after them. */
export interface KeptBatch {
  readonly reader: string;
  readonly partition: number;
  /** Offset of its first record: the reader has stored all records before. Without it this is not checked. */
  readonly from?: number;
  /** Offset after the last record of the batch. */
  readonly position: number;
  readonly violations: readonly StoredViolation[];
}
