import type { Revision } from '../../revision.js';
import type { StoredViolation } from '../stored-violation.js';

/** The query parameters of the guides, and further ones that users expect. Undefined means no restriction. */
export interface ViolationFilter {
  readonly ruleId?: string;
  /** The id of a group of violations. */
  readonly groupId?: string;
  /** Only violations without a fingerprint. */
  readonly ungrouped?: true;
  readonly severity?: readonly string[];
  readonly traceId?: string;
  readonly spanId?: string;
  readonly service?: string;
  /** Default in the API: `open`. */
  readonly status?: Revision['status'];
  /** Unix milliseconds; start included, end excluded. */
  readonly startTime?: number;
  readonly endTime?: number;
  /** Part of an id, a name, the service, the message or a metadata value; case does not matter. */
  readonly text?: string;
}

export interface ViolationRows {
  readonly violations: readonly StoredViolation[];
  /** Opaque; present when there are or may be more. A text search ends its page after some milliseconds, with fewer violations than requested, or none. */
  readonly next?: string;
}

export interface ViolationPage extends ViolationRows {
  /** The number of violations that match the filter, on all pages. */
  readonly total: number;
  /** The total is a lower bound. A text search counts only its page, or what it finds in time. */
  readonly totalIs?: 'at_least';
}

export interface ViolationPageQuery {
  readonly limit: number;
  readonly after?: string;
  /** Count all that match, however long it takes; with a text, as many as are found in some seconds. Default: up to 10,000. */
  readonly countAll?: boolean;
  /** Aborted when the client is gone. */
  readonly signal?: AbortSignal;
}

/** How violations are counted. Times are whole milliseconds. */
export interface ViolationCountsQuery {
  /** Start of the first bucket. */
  readonly start: number;
  /** Length of a bucket. */
  readonly step: number;
  readonly buckets: number;
  readonly groupBy?: 'ruleId' | 'severity' | 'service' | 'status' | undefined;
  /** The number of largest groups that are listed. */
  readonly groups: number;
  /** Aborted when the client is gone. */
  readonly signal?: AbortSignal;
}

export interface ViolationCounts {
  readonly total: number;
  /** By bucket, as all counts here. */
  readonly counts: readonly number[];
  /** The largest groups first; without grouping one with an empty key. */
  readonly groups: readonly CountedGroup[];
  /** The number of groups with violations; above 10,000 a lower bound. */
  readonly allGroups: number;
  /** The sum of all groups that are not listed. */
  readonly others: readonly number[];
  /** Set if a text search took too long: older violations than this time were not counted. */
  readonly countedFrom?: number;
}

export interface CountedGroup {
  readonly key: string;
  /** The rule's name in its newest violation, when grouped by rule. */
  readonly ruleName?: string;
  readonly total: number;
  readonly counts: readonly number[];
}
