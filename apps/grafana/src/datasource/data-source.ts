import {
  type DataQueryRequest,
  type DataQueryResponse,
  DataSourceApi,
  type DataSourceInstanceSettings,
  type MetricFindValue,
  type ScopedVars,
  type TimeRange,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import type { Rule, Trace, ViolationList, ViolationStats } from '#ui/api/types';
import { request } from '../api/request';
import { connectionOf } from './connection';
import { countFrames, rulesFrame, traceFrame, violationsFrame } from './frames';
import { type BeTraceQuery, DEFAULT_QUERY } from './query';
import type { BeTraceSettings } from './settings';

const MAX_ROWS = 1000;
/** The API's maximum of buckets. */
const MAX_BUCKETS = 1000;
const SEVERITIES = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

const seconds = (time: { valueOf(): number }): string => (time.valueOf() / 1000).toFixed(3);

export class BeTraceDataSource extends DataSourceApi<BeTraceQuery, BeTraceSettings> {
  override annotations = {};
  private readonly proxy: string;
  private readonly tempo: { readonly uid: string; readonly name: string } | undefined;

  constructor(settings: DataSourceInstanceSettings<BeTraceSettings>) {
    super(settings);
    this.proxy = settings.url ?? '';
    const { tempoUid } = settings.jsonData;
    this.tempo = tempoUid === undefined || tempoUid === '' ? undefined : { uid: tempoUid, name: 'Tempo' };
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

  private async one(query: BeTraceQuery, range: TimeRange, vars: ScopedVars, intervalMs: number) {
    const written = (text: string | undefined): string | undefined => {
      const value = getTemplateSrv().replace(text ?? '', vars, 'csv');
      return value === '' ? undefined : value;
    };
    const params = {
      rule_id: written(query.ruleId),
      severity: written(query.severity),
      service: written(query.service),
      start_time: seconds(range.from),
      end_time: seconds(range.to),
    };
    switch (query.queryType ?? 'violations') {
      case 'counts': {
        const span = (range.to.valueOf() - range.from.valueOf()) / 1000;
        const interval = `${Math.max(1, Math.ceil(Math.max(intervalMs / 1000, span / MAX_BUCKETS)))}s`;
        const groupBy = query.groupBy ?? 'severity';
        const stats = await request<ViolationStats>(this.proxy, 'v1/violations/stats', {
          params: { ...params, group_by: groupBy, interval },
        });
        return countFrames(query.refId, stats);
      }
      case 'trace':
        return [traceFrame(query.refId, ...(await this.trace(written(query.traceId) ?? '')))];
      case 'rules': {
        const { rules } = await request<{ readonly rules: readonly Rule[] }>(this.proxy, 'v1/rules', { params: { health: true } });
        return [rulesFrame(query.refId, rules)];
      }
      default: {
        const limit = Math.min(MAX_ROWS, query.limit ?? 100);
        const { violations } = await request<ViolationList>(this.proxy, 'v1/violations', { params: { ...params, view: 'full', limit } });
        return [violationsFrame(query.refId, violations, this.tempo)];
      }
    }
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

  /** `rules`, `services` of the last day, or `severities`. */
  override async metricFindQuery(query: string): Promise<MetricFindValue[]> {
    if (query === 'severities') return SEVERITIES.map((text) => ({ text, value: text }));
    if (query === 'rules') {
      const { rules } = await request<{ readonly rules: readonly Rule[] }>(this.proxy, 'v1/rules');
      return rules.map(({ id, name }) => ({ text: name, value: id }));
    }
    if (query === 'services') {
      const params = { group_by: 'service', groups: 100, start_time: ((Date.now() - 86_400_000) / 1000).toFixed(3) };
      const { groups = [] } = await request<ViolationStats>(this.proxy, 'v1/violations/stats', { params });
      return groups.map(({ key }) => ({ text: key, value: key }));
    }
    throw new Error(`"${query}" is not a query of BeTrace for variables; write rules, services or severities.`);
  }

  override async testDatasource() {
    const { ok, message } = await connectionOf(this.proxy);
    return { status: ok ? 'success' : 'error', message };
  }
}
