import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { bars, dashboard, lines, number, PROCESSES, rows } from './panels.ts';

const counted = (metric: string, filter = PROCESSES) => `increase(${metric}{${filter}}[$__range])`;
const violations = counted('betrace_violations_total');
const bySeverity = (severity: string) =>
  number({
    title: severity,
    description: `Violations of rules with the severity ${severity} in the time range.`,
    queries: [[`round(sum(${counted('betrace_violations_total', `${PROCESSES},severity="${severity}"`)})) or vector(0)`, severity]],
    unit: 'short',
    width: 4,
  });

/** The violations of a time range, and the limits of these numbers. */
export const violationsOverview: DashboardBuilder = dashboard(
  'betrace-violations-overview',
  'BeTrace: violations overview',
  'Violations found in the time range, where they are, and what could not be judged or delivered.',
)
  .withPanel(
    number({
      title: 'Violations',
      description: 'Found in the time range. Later revisions of one are not counted again.',
      queries: [[`round(sum(${violations})) or vector(0)`, 'violations']],
      unit: 'short',
      width: 4,
    }),
  )
  .withPanel(bySeverity('CRITICAL'))
  .withPanel(bySeverity('HIGH'))
  .withPanel(bySeverity('MEDIUM'))
  .withPanel(bySeverity('LOW'))
  .withPanel(
    number({
      title: 'Undecided',
      description: 'Traces and spans on which a rule could not be judged. They do not count as compliant.',
      queries: [[`round(sum(${counted('betrace_undecided_total')})) or vector(0)`, 'undecided']],
      unit: 'short',
      width: 4,
    }),
  )
  .withPanel(
    lines({
      title: 'Violations and retractions',
      description: 'Per second. A violation is retracted when a late span shows that there is none.',
      queries: [
        [`sum(rate(betrace_violations_total{${PROCESSES}}[$__rate_interval]))`, 'violations'],
        [`sum(rate(betrace_violations_retracted_total{${PROCESSES}}[$__rate_interval])) or vector(0)`, 'retracted'],
      ],
      unit: 'cps',
      width: 24,
    }),
  )
  .withPanel(
    rows({
      title: 'By rule and service',
      description: 'The 50 pairs of rule and service with most violations in the time range.',
      queries: [[`sort_desc(topk(50, round(sum by (rule_name, rule_id, severity, service_name) (${violations})) > 0))`, 'violations']],
      unit: 'short',
      width: 16,
      height: 12,
    }),
  )
  .withPanel(
    bars({
      title: 'By whether the trace was whole',
      description: 'Fragments are parts of traces that were judged alone, or without their root.',
      queries: [[`round(sum by (fragment) (${violations})) > 0`, 'fragment: {{fragment}}']],
      unit: 'short',
      width: 8,
      height: 12,
    }),
  )
  .withPanel(
    bars({
      title: 'Where they are',
      description: 'Revisions in the store and at the OTLP endpoint, and violations that were set aside or refused; in the time range.',
      queries: [
        [`round(sum(${counted('betrace_violations_kept_total')})) or vector(0)`, 'in the store'],
        [`round(sum(${counted('betrace_violations_exported_total')})) or vector(0)`, 'exported'],
        [`round(sum(${counted('betrace_violations_export_rejected_total')})) or vector(0)`, 'refused by the endpoint'],
        [`round(sum(${counted('betrace_violations_keep_refused_total')})) or vector(0)`, 'refused by the store'],
        [`round(sum(${counted('betrace_violations_set_aside_total')})) or vector(0)`, 'set aside'],
      ],
      unit: 'short',
      width: 24,
      height: 7,
    }),
  );
