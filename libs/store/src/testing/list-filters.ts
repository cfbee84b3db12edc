import type { ViolationFilter } from '../violations/list/violation-query.js';

/** A combination of filters of the list, with a name. */
export interface ListFilter {
  readonly name: string;
  readonly filter: ViolationFilter;
}

const TIME = { startTime: 1_790_000_005_000, endTime: 1_790_000_025_000 };

const RULES: readonly ViolationFilter[] = [{}, { ruleId: 'rule-7' }];
const SERVICES: readonly ViolationFilter[] = [{}, { service: 'service-3' }];
const SEVERITIES: readonly ViolationFilter[] = [{}, { severity: ['CRITICAL'] }, { severity: ['CRITICAL', 'HIGH'] }];
const STATUSES: readonly ViolationFilter[] = [{}, { status: 'open' }, { status: 'retracted' }];
const TIMES: readonly ViolationFilter[] = [{}, TIME];
/** Filters that match few violations. */
const RARE: readonly ViolationFilter[] = [
  { traceId: 'trace-77' },
  { spanId: '28dd2c7955ce9264' },
  { traceId: 'trace-77', spanId: '28dd2c7955ce9264' },
];

const combined = (...dimensions: readonly (readonly ViolationFilter[])[]): readonly ViolationFilter[] =>
  dimensions.reduce((filters, dimension) => filters.flatMap((filter) => dimension.map((one) => ({ ...filter, ...one }))), [{}]);

/** Combinations of all filters except the search. */
export const listFilters: readonly ListFilter[] = [
  ...combined(RULES, SERVICES, SEVERITIES, STATUSES, TIMES),
  ...combined(RARE, RULES, SERVICES, SEVERITIES.slice(0, 2), STATUSES.slice(0, 2), TIMES),
].map((filter) => ({ name: nameOf(filter), filter }));

function nameOf({ startTime, endTime, ...filter }: ViolationFilter): string {
  const texts = Object.entries(filter).map(([key, value]) => `${key} ${String(value)}`);
  return [...texts, ...(startTime === undefined && endTime === undefined ? [] : ['a time'])].join(', ') || 'all';
}
