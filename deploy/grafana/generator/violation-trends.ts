import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { bars, dashboard, lines, number, PROCESSES, rows } from './panels.ts';

const all = `betrace_violations_total{${PROCESSES}}`;

/** What rules find over time. */
export const violationTrends: DashboardBuilder = dashboard(
  'betrace-violation-trends',
  'BeTrace: violation trends',
  'Violations over time, by severity, rule and service.',
)
  .withPanel(
    lines({
      title: 'Violations over time',
      description: 'Violations per second by severity.',
      queries: [[`sum by (severity) (rate(${all}[$__rate_interval]))`, '{{severity}}']],
      unit: 'cps',
      width: 18,
      height: 9,
    }),
  )
  .withPanel(
    number({
      title: 'Current violation rate',
      description: 'Violations per second, over the last minute at least.',
      queries: [[`sum(rate(${all}[$__rate_interval]))`, 'violations/s']],
      unit: 'cps',
      width: 6,
      height: 9,
    }),
  )
  .withPanel(
    rows({
      title: 'Top 10 rules',
      description: 'Rules by the number of their violations in the time range.',
      queries: [[`sort_desc(topk(10, round(sum by (rule_id, rule_name, severity) (increase(${all}[$__range])))))`, 'violations']],
      unit: 'short',
      width: 12,
      height: 10,
    }),
  )
  .withPanel(
    bars({
      title: 'Violations by service',
      description: 'Services by the number of violations in the time range, without those that have none.',
      queries: [
        [
          `sort_desc(label_replace(topk(10, round(sum by (service_name) (increase(${all}[$__range]))) > 0), "service_name", "no service", "service_name", ""))`,
          '{{service_name}}',
        ],
      ],
      unit: 'short',
      width: 12,
      height: 10,
    }),
  )
  .withPanel(
    lines({
      title: 'Violations by rule',
      description: 'Violations per second of the ten rules that find most at each moment.',
      queries: [[`topk(10, sum by (rule_name) (rate(${all}[$__rate_interval])))`, '{{rule_name}}']],
      unit: 'cps',
      width: 12,
      height: 9,
    }),
  )
  .withPanel(
    lines({
      title: 'Compared with a day before',
      description: 'Violations per second now, and at the same time of the day before once there is one.',
      queries: [
        [`sum(rate(${all}[$__rate_interval]))`, 'now'],
        [`sum(rate(${all}[$__rate_interval] offset 1d)) or vector(0)`, 'a day before'],
      ],
      unit: 'cps',
      width: 12,
      height: 9,
    }),
  );
