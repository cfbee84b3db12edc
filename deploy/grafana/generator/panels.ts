// The kinds of panels that the dashboards are made of. Queries that count end with `[$__range]` and are asked once, at the end of the
// range; queries over time are rates over `$__rate_interval`, which is never shorter than four scrapes.
import { PanelBuilder as BarsBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  type BigValueColorMode,
  type LegendDisplayMode,
  type LegendPlacement,
  type SortOrder,
  type TooltipDisplayMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DashboardBuilder, DatasourceVariableBuilder, QueryVariableBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, type PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

/** Selects the processes that the reader chose: one installation of several that a Prometheus may scrape. A series without the labels is in All. */
export const PROCESSES = 'job="$job",cluster=~"$cluster",namespace=~"$namespace"';

/** An expression, and the text of its legend: a template of labels (`{{rule_id}}`), or a name. */
export type Query = readonly [expression: string, legend: string];

interface Panel {
  readonly title: string;
  /** What the panel shows, and what it leaves out. */
  readonly description: string;
  readonly queries: readonly Query[];
  /** Grafana's name of the unit. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly height?: number;
}

const refIds = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
const query = ([expression, legend]: Query, at: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .refId(refIds[at] ?? 'Z')
    .datasource(DATASOURCE)
    .expr(expression)
    .legendFormat(legend);

function described<B extends TimeBuilder | StatBuilder | BarsBuilder | TableBuilder>(builder: B, panel: Panel): B {
  builder
    .title(panel.title)
    .description(panel.description)
    .datasource(DATASOURCE)
    .unit(panel.unit)
    .span(panel.width)
    .height(panel.height ?? 8);
  return builder;
}

/** Lines over time. */
export function lines(panel: Panel): TimeBuilder {
  const builder = described(new TimeBuilder(), panel)
    .fillOpacity(8)
    .min(0)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode('list' as LegendDisplayMode)
        .placement('bottom' as LegendPlacement)
        .showLegend(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode('multi' as TooltipDisplayMode).sort('desc' as SortOrder));
  for (const [at, each] of panel.queries.entries()) builder.withTarget(query(each, at).range());
  return builder;
}

/** One number, that of the end of the range. */
export function number(panel: Panel): StatBuilder {
  const builder = described(new StatBuilder(), { height: 4, ...panel }).colorMode('none' as BigValueColorMode);
  for (const [at, each] of panel.queries.entries()) builder.withTarget(query(each, at).instant());
  return builder;
}

/** A bar for each series, the longest first. */
export function bars(panel: Panel): BarsBuilder {
  const builder = described(new BarsBuilder(), panel)
    .min(0)
    .orientation('horizontal' as never);
  for (const [at, each] of panel.queries.entries()) builder.withTarget(query(each, at).instant());
  return builder;
}

/** A row for each series, a column for each label, the value under the legend of the query. */
export function rows(panel: Panel): TableBuilder {
  const builder = described(new TableBuilder(), panel);
  for (const [at, each] of panel.queries.entries()) {
    builder.withTarget(
      query(each, at)
        .instant()
        .format('table' as PromQueryFormat),
    );
  }
  const names = panel.queries.map(([, legend], at) => [panel.queries.length === 1 ? 'Value' : `Value #${refIds[at]}`, legend]);
  if (panel.queries.length > 1) builder.withTransformation({ id: 'merge', options: {} });
  return builder.withTransformation({
    id: 'organize',
    options: { excludeByName: { Time: true }, renameByName: Object.fromEntries(names) },
  });
}

export const row = (title: string): RowBuilder => new RowBuilder(title);

/** A choice of values of a label that only some Prometheuses add. */
const choice = (name: string, label: string, selector: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query(`label_values(betrace_readiness_grade{${selector}}, ${name})`)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: 'All', value: '$__all' })
    .refresh(2 as never);

/** A dashboard without panels: the reader chooses the Prometheus, the scrape job, and clusters and namespaces where there are any. */
export function dashboard(uid: string, title: string, description: string): DashboardBuilder {
  return new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags(['betrace'])
    .refresh('30s')
    .time({ from: 'now-6h', to: 'now' })
    .timezone('browser')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('job')
        .label('Job')
        .datasource(DATASOURCE)
        .query('label_values(betrace_readiness_grade, job)')
        .current({ text: 'betrace-backend', value: 'betrace-backend' })
        .refresh(2 as never),
    )
    .withVariable(choice('cluster', 'Cluster', 'job="$job"'))
    .withVariable(choice('namespace', 'Namespace', 'job="$job",cluster=~"$cluster"'));
}
