import type { DataQuery } from '@grafana/schema';

export const QUERY_TYPES = [
  { value: 'violations', label: 'Violations', description: 'Violations of the time range, newest first' },
  { value: 'counts', label: 'Counts', description: 'How many violations over time, by severity, rule or service' },
  { value: 'trace', label: 'Trace', description: 'The spans of the trace of a violation' },
  { value: 'rules', label: 'Rules', description: 'All rules, with how they fared in 24 hours' },
] as const;
export type QueryType = (typeof QUERY_TYPES)[number]['value'];

export const GROUPS = ['severity', 'rule_id', 'service', 'status'] as const;
export type GroupBy = (typeof GROUPS)[number];

export interface BeTraceQuery extends DataQuery {
  readonly queryType?: QueryType;
  /** Filters: one or more values with commas, variables too; empty: all. */
  readonly ruleId?: string;
  readonly severity?: string;
  readonly service?: string;
  readonly groupBy?: GroupBy;
  /** Of a violation, or of a trace. */
  readonly traceId?: string;
  readonly limit?: number;
  /** For annotations; never stored. */
  readonly isAnnotation?: boolean;
}

export const DEFAULT_QUERY: Partial<BeTraceQuery> = { queryType: 'violations', groupBy: 'severity', limit: 100 };
