import { isDateTime, type PluginExtensionAddedLinkConfig } from '@grafana/data';
import { appPath } from '../api/place';

/** The context of links in the trace view: the trace and its data source. */
interface TraceContext {
  readonly traceID?: string;
  readonly datasource?: { readonly type?: string };
}

/** The context of links in Explore and panels. */
interface RangeContext {
  readonly timeRange?: { readonly from?: unknown; readonly to?: unknown };
}

/** The context of links at alert instances. */
interface AlertContext {
  readonly instance?: { readonly labels?: Readonly<Record<string, string>> };
}

/** `now-1h`, or the milliseconds of a time. */
function timeText(time: unknown): string | undefined {
  if (typeof time === 'string' || typeof time === 'number') return String(time);
  return isDateTime(time) ? String(time.valueOf()) : undefined;
}

/** Tempo leaves out zeros at the beginning of a trace's id. */
const wholeId = ({ traceID: id, datasource }: TraceContext): string | undefined =>
  id !== undefined && datasource?.type === 'tempo' && /^[0-9a-f]+$/i.test(id) ? id.padStart(32, '0') : id;

/** Titles and targets must be those of plugin.json: Grafana registers no others. */
export const linkExtensions: readonly PluginExtensionAddedLinkConfig<object>[] = [
  {
    title: 'BeTrace: violations of this trace',
    description: 'Violations that BeTrace found in this trace',
    targets: ['grafana/traceview/header/actions'],
    path: appPath('violations'),
    configure: (context) => {
      const id = wholeId((context ?? {}) as TraceContext);
      return id === undefined || id === '' ? undefined : { path: appPath(`traces/${encodeURIComponent(id)}`) };
    },
  },
  {
    title: 'BeTrace: violations',
    description: 'Violations of the time that is looked at',
    targets: ['grafana/explore/toolbar/action', 'grafana/dashboard/panel/menu'],
    path: appPath('violations'),
    configure: (context) => {
      const { timeRange } = (context ?? {}) as RangeContext;
      return { path: appPath('violations', { from: timeText(timeRange?.from), to: timeText(timeRange?.to) }) };
    },
  },
  {
    title: 'BeTrace: violations of this rule',
    description: 'Violations of the rule that the alert is about',
    targets: ['grafana/alerting/instance/action'],
    path: appPath('violations'),
    configure: (context) => {
      const { instance } = (context ?? {}) as AlertContext;
      const { rule_id: ruleId, alertname = '' } = instance?.labels ?? {};
      if (ruleId === undefined && !alertname.startsWith('BeTrace')) return undefined;
      return { path: appPath('violations', { rule_id: ruleId }) };
    },
  },
  {
    title: 'BeTrace: new rule',
    description: 'Write a rule over traces',
    targets: ['grafana/commandpalette/action'],
    path: appPath('rules/new'),
  },
];
