import type { Revision } from '../revision.js';
import type { Fingerprint } from './fingerprint.js';

/** Milliseconds of quiet after which a group that is seen again has come back. */
export const QUIET = 86_400_000;
/** Milliseconds for which a group is new, or has just come back. */
export const RECENT = 86_400_000;

/** `regressed`: it was quiet and came back; `ongoing`: neither new nor that. */
export type GroupState = 'new' | 'ongoing' | 'regressed';

/** The violations of a rule in a service that have a fingerprint in common; it is empty where they have none yet. Times are Unix milliseconds. */
export interface ViolationGroup extends Fingerprint {
  readonly id: string;
  readonly ruleId: string;
  /** Of its newest violation, as `severity`. */
  readonly ruleName: string;
  readonly severity: string;
  readonly service: string;
  /** Of violations that are not retracted; `firstSeen` also of those that are pruned since. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly state: GroupState;
  /** Who acknowledged it, and since when; without later violations. */
  readonly acknowledged?: { readonly at: number; readonly by: string };
  /** Its rule is muted now, everywhere or in its service. */
  readonly muted: boolean;
  /** Violations that are kept, by status. */
  readonly counts: Readonly<Record<Revision['status'], number>>;
  /** Of them those that the filter's status and times select. */
  readonly count: number;
}

/** All must hold; undefined means no restriction. */
export interface ViolationGroupFilter {
  /** The one in which this violation is. */
  readonly violationId?: string;
  readonly ruleId?: string;
  readonly severity?: readonly string[];
  readonly service?: string;
  readonly status?: Revision['status'];
  readonly state?: GroupState;
  readonly acknowledged?: boolean;
  readonly muted?: boolean;
  /** With a violation not before, and before (Unix ms). */
  readonly startTime?: number;
  readonly endTime?: number;
  /** Part of the id or the name of the rule, of the service or of the operation, in any case. */
  readonly text?: string;
}

export interface ViolationGroupPage {
  readonly groups: readonly ViolationGroup[];
  /** Groups that match the filter, not the page's. */
  readonly total: number;
  /** Opaque; present when there are more. */
  readonly next?: string;
}
