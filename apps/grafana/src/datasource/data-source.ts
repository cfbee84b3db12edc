import {
  type AnnotationQuery,
  type DataFrame,
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  type MetricFindValue,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import type { Rule, Trace, ViolationList, ViolationStats } from '#ui/api/types';
import { request } from '../api/request';
import { type Connection, connectionOf } from './connection';
import { counted, filtersOf, valuesOf } from './filter-values';
import { mergedLists, mergedStats } from './merged-answers';
import { type BeTraceQuery, DEFAULT_QUERY } from './query';
import { rulesFrame } from './rules-frame';
import type { BeTraceSettings } from './settings';
import { shownText } from './shown-text';
import { traceFrame } from './trace-frame';
import { annotationFrame, countFrames, type TempoSource, violationsFrame } from './violation-frames';

const MAX_ROWS = 1000;
/** The API's maximum of buckets is one more: the first begins before the range. */
const MAX_BUCKETS = 999;
const DAY_MS = 86_400_000;
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

const seconds = (time: { valueOf(): number }): string => (time.valueOf() / 1000).toFixed(3);

export class BeTraceDataSource extends DataSourceApi<BeTraceQuery, BeTraceSettings> {
  override annotations = {
    prepareQuery: ({ target }: AnnotationQuery<BeTraceQuery>): BeTraceQuery => ({
      ...DEFAULT_QUERY,
      refId: 'Anno',
      ...target,
      isAnnotation: true,
    }),
  };
  private readonly proxy: string;
  private readonly tempoUid: string | undefined;

  constructor(settings: DataSourceInstanceSettings<BeTraceSettings>) {
    super(settings);
    this.proxy = settings.url ?? '';
    this.tempoUid = settings.jsonData.tempoUid;
  }

  override getDefaultQuery(): Partial<BeTraceQuery> {
    return DEFAULT_QUERY;
  }

  override filterQuery({ queryType, traceId, hide }: BeTraceQuery): boolean {
    return hide !== true && (queryType !== 'trace' || (traceId ?? '').trim() !== '');
  }

  override async query({ targets, range, scopedVars, intervalMs }: DataQueryRequest<BeTraceQuery>): Promise<DataQueryResponse> {
    const asked = targets.filter((target) => this.filterQuery(target)).map((target) => this.one(target, range, scopedVars, intervalMs));
    return { data: (await Promise.all(asked)).flat() };
  }

  private async one(query: BeTraceQuery, range: TimeRange, vars: ScopedVars, intervalMs: number): Promise<DataFrame[]> {
    const { refId } = query;
    switch (query.queryType ?? 'violations') {
      case 'counts':
        return countFrames(refId, await this.counts(query, range, vars, intervalMs));
      case 'trace': {
        const traces = valuesOf(query.traceId, vars);
        const [id] = traces.values;
        // A variable without a value, or at All.
        if (id === undefined) return [];
        if (traces.values.length > 1) throw new Error(`A query shows one trace. The filter names ${counted(traces, 'trace')}: choose one.`);
        return [traceFrame(refId, ...(await this.trace(id)))];
      }
      case 'rules': {
        const { rules } = await request<{ readonly rules: readonly Rule[] }>(this.proxy, 'v1/rules', { params: { health: true } });
        return [rulesFrame(refId, rules, this.uid)];
      }
      default: {
        const list = await this.violations(query, range, vars);
        return [
          query.isAnnotation === true ? annotationFrame(refId, list, this.uid) : violationsFrame(refId, list, this.uid, this.tempo()),
        ];
      }
    }
  }

  private async violations(query: BeTraceQuery, range: TimeRange, vars: ScopedVars): Promise<ViolationList> {
    const limit = Math.max(1, Math.min(MAX_ROWS, Math.floor(query.limit ?? 100)));
    const more = { start_time: seconds(range.from), end_time: seconds(range.to), view: 'full', limit };
    const lists = filtersOf(query, vars).map((filter) =>
      request<ViolationList>(this.proxy, 'v1/violations', { params: { ...filter, ...more } }),
    );
    return mergedLists(await Promise.all(lists), limit);
  }

  private async counts(query: BeTraceQuery, range: TimeRange, vars: ScopedVars, intervalMs: number): Promise<ViolationStats> {
    const span = (range.to.valueOf() - range.from.valueOf()) / 1000;
    const interval = `${Math.max(1, Math.ceil(Math.max(intervalMs / 1000, span / MAX_BUCKETS)))}s`;
    const groupBy = query.groupBy ?? 'severity';
    const more = { start_time: seconds(range.from), end_time: seconds(range.to), group_by: groupBy, interval };
    const all = filtersOf(query, vars).map((filter) =>
      request<ViolationStats>(this.proxy, 'v1/violations/stats', { params: { ...filter, ...more } }),
    );
    return mergedStats(await Promise.all(all));
  }

  private tempo(): TempoSource | undefined {
    const uid = this.tempoUid ?? '';
    return uid === '' ? undefined : { uid, name: getDataSourceSrv().getInstanceSettings(uid)?.name ?? 'Tempo' };
  }

  /** The spans of a trace by its id or by that of a violation, and the violations that were found in it. */
  private async trace(id: string): Promise<readonly [Trace, ViolationList['violations']]> {
    const isViolation = id.startsWith('viol-');
    const traceId = isViolation
      ? (await request<ViolationList['violations'][number]>(this.proxy, `v1/violations/${encodeURIComponent(id)}`)).trace_id
      : id;
    const { violations } = await request<ViolationList>(this.proxy, 'v1/violations', {
      params: { trace_id: traceId, view: 'full', limit: MAX_ROWS },
    });
    const [first] = violations;
    if (first === undefined) throw new Error(`BeTrace found no violation in the trace ${traceId}; it shows the traces of violations only.`);
    return [await request<Trace>(this.proxy, `v1/violations/${encodeURIComponent(first.id)}/trace`), violations];
  }

  /** `rules`, `severities`, or the `services` with violations in the time of the dashboard (else the last day). */
  override async metricFindQuery(written: string, options?: { readonly range?: TimeRange }): Promise<MetricFindValue[]> {
    const query = written.trim();
    if (query === 'severities') return SEVERITIES.map((text) => ({ text, value: text }));
    if (query === 'rules') {
      const { rules } = await request<{ readonly rules: readonly Rule[] }>(this.proxy, 'v1/rules');
      return rules.map(({ id, name }) => ({ text: name, value: id }));
    }
    if (query === 'services') {
      const from = options?.range?.from.valueOf() ?? Date.now() - DAY_MS;
      const end = options?.range === undefined ? {} : { end_time: seconds(options.range.to) };
      const params = { group_by: 'service', groups: 100, start_time: (from / 1000).toFixed(3), ...end };
      const { groups = [] } = await request<ViolationStats>(this.proxy, 'v1/violations/stats', { params });
      // A span without a service name: an empty filter would select all services.
      return groups.filter(({ key }) => key !== '').map(({ key }) => ({ text: shownText(key), value: key }));
    }
    throw new Error(`"${written}" is not a query of BeTrace for variables; write rules, services or severities.`);
  }

  override testDatasource(): Promise<Connection> {
    return connectionOf(this.proxy);
  }
}
