import type { Revision } from '../revision.js';
import type { Fingerprint } from './fingerprint.js';

/** A group that is seen again after this quiet time (ms) has regressed. */
export const QUIET = 86_400_000;
/** How long (ms) a group is new, or regressed. */
export const RECENT = 86_400_000;

/** `regressed`: seen again after a quiet time; `ongoing`: neither new nor regressed. */
export type GroupState = 'new' | 'ongoing' | 'regressed';

/** Violations of one rule and service that share a fingerprint, which is empty until they have one. Times are Unix milliseconds. */
export interface ViolationGroup extends Fingerprint {
  readonly id: string;
  readonly ruleId: string;
  /** The name of the rule in the newest violation; `severity` likewise. */
  readonly ruleName: string;
  readonly severity: string;
  readonly service: string;
  /** Times of violations that are not retracted; `firstSeen` includes pruned ones. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly state: GroupState;
  /** Who acknowledged the group and when; absent after later violations. */
  readonly acknowledged?: { readonly at: number; readonly by: string };
  /** Whether its rule is muted now, in all services or in this one. */
  readonly muted: boolean;
  /** Stored violations by status. */
  readonly counts: Readonly<Record<Revision['status'], number>>;
  /** The violations that match the status and the times of the filter. */
  readonly count: number;
}

/** All conditions must hold; undefined means no restriction. */
export interface ViolationGroupFilter {
  /** Only the group of this violation. */
  readonly violationId?: string;
  readonly ruleId?: string;
  readonly severity?: readonly string[];
  readonly service?: string;
  readonly status?: Revision['status'];
  readonly state?: GroupState;
  readonly acknowledged?: boolean;
  readonly muted?: boolean;
  /** Only groups with a violation from `startTime` on, before `endTime` (Unix ms). */
  readonly startTime?: number;
  readonly endTime?: number;
  /** Part of the rule's id or name, the service or the operation; case does not matter. */
  readonly text?: string;
}

export interface GroupPageQuery {
  readonly limit: number;
  readonly after?: string;
  /** Ends the reading, with a result that is not needed. */
  readonly signal?: AbortSignal;
}

export interface ViolationGroupPage {
  readonly groups: readonly ViolationGroup[];
  /** The number of groups that match the filter, on all pages. */
  readonly total: number;
  /** Opaque; present when there are more groups. */
  readonly next?: string;
}
