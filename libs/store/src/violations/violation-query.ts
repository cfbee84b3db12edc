import type { Revision } from '../revision.js';
import type { StoredViolation } from './stored-violation.js';

/** The guides' query parameters and what users expect beside them. Undefined means no restriction. */
export interface ViolationFilter {
  readonly ruleId?: string;
  /** Of a group of violations. */
  readonly groupId?: string;
  /** Without a fingerprint yet. */
  readonly ungrouped?: true;
  readonly severity?: readonly string[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly service?: string;
  /** Default in the API: open only. */
  readonly status?: Revision['status'];
  /** Unix milliseconds; start included, end not. */
  readonly startTime?: number;
  readonly endTime?: number;
  /** Part of an id, a name, the service, the message or a value of the metadata, in any case. */
  readonly text?: string;
}

export interface ViolationRows {
  readonly violations: readonly StoredViolation[];
  /**
   * Opaque; present when there are more, or may be: a search for a text ends its page after some milliseconds, with fewer violations than were asked
   * for, or none.
   */
  readonly next?: string;
}

export interface ViolationPage extends ViolationRows {
  /** Number of violations that match the filter, not the page's. */
  readonly total: number;
  /** There are more than were counted, or may be: of a search for a text, only those of its page are counted, or those that were found in time. */
  readonly totalIs?: 'at_least';
}

export interface ViolationPageQuery {
  readonly limit: number;
  readonly after?: string;
  /** Count all that match, however long it takes; of those with a text as many as are found in some seconds. Default: up to 10,000. */
  readonly countAll?: boolean;
  /** Aborted when nobody waits for the count any more. */
  readonly signal?: AbortSignal;
}

/** What violations are counted by. Times are whole milliseconds. */
export interface ViolationCountsQuery {
  /** Begin of the first bucket. */
  readonly start: number;
  /** Length of a bucket. */
  readonly step: number;
  readonly buckets: number;
  readonly groupBy?: 'ruleId' | 'severity' | 'service' | 'status' | undefined;
  /** How many of the largest groups are listed. */
  readonly groups: number;
  /** Aborted when nobody waits for the counts any more. */
  readonly signal?: AbortSignal;
}

export interface ViolationCounts {
  readonly total: number;
  /** By bucket, as all counts here. */
  readonly counts: readonly number[];
  /** The largest groups, the largest one first; one with an empty key when nothing is grouped. */
  readonly groups: readonly CountedGroup[];
  /** Of how many groups there are violations; of more than 10,000, at least. */
  readonly allGroups: number;
  /** Of all groups that are not told one by one. */
  readonly others: readonly number[];
  /** A search for a text took too long: of what is older than this, nothing was counted. */
  readonly countedFrom?: number;
}

export interface CountedGroup {
  readonly key: string;
  /** Of the newest violation of the rule, where rules are the groups. */
  readonly ruleName?: string;
  readonly total: number;
  readonly counts: readonly number[];
}
