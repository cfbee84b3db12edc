import type { PluginExtensionAddedLinkConfig } from '@grafana/data';
import { place } from '../api/place';

/** What core gives to links of its trace view. */
interface TraceContext {
  readonly traceId?: string;
  readonly trace?: { readonly traceID?: string };
}

/** What core gives to links of alert instances. */
interface AlertContext {
  readonly instance?: { readonly labels?: Readonly<Record<string, string>> };
}

/** Titles and targets are those of plugin.json: Grafana registers no other. */
export const linkExtensions: readonly PluginExtensionAddedLinkConfig<object>[] = [
  {
    title: 'BeTrace: violations of this trace',
    description: 'Violations that BeTrace found in this trace',
    targets: ['grafana/traceview/header/actions'],
    path: place('violations'),
    configure: (context) => {
      const { traceId, trace } = (context ?? {}) as TraceContext;
      const id = traceId ?? trace?.traceID;
      return id === undefined ? undefined : { path: place(`traces/${encodeURIComponent(id)}`) };
    },
  },
  {
    title: 'BeTrace: violations',
    description: 'Violations of the time that is looked at',
    targets: ['grafana/explore/toolbar/action', 'grafana/dashboard/panel/menu'],
    path: place('violations'),
    configure: (context) => {
      const { timeRange } = (context ?? {}) as { readonly timeRange?: { readonly from?: unknown; readonly to?: unknown } };
      const text = (value: unknown): string | undefined =>
        typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
      return { path: place('violations', { from: text(timeRange?.from), to: text(timeRange?.to) }) };
    },
  },
  {
    title: 'BeTrace: violations of this rule',
    description: 'Violations of the rule that the alert is about',
    targets: ['grafana/alerting/instance/action'],
    path: place('violations'),
    configure: (context) => {
      const { instance } = (context ?? {}) as AlertContext;
      const { rule_id: ruleId, alertname = '' } = instance?.labels ?? {};
      if (ruleId === undefined && !alertname.startsWith('BeTrace')) return undefined;
      return { path: place('violations', { rule_id: ruleId }) };
    },
  },
  {
    title: 'BeTrace: new rule',
    description: 'Write a rule over traces',
    targets: ['grafana/commandpalette/action'],
    path: place('rules/new'),
  },
];
