import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { bars, dashboard, lines, PROCESSES, row, rows } from './panels.ts';

const rate = (metric: string) => `rate(${metric}{${PROCESSES}}[$__rate_interval])`;
const increase = (metric: string) => `increase(${metric}{${PROCESSES}}[$__range])`;

/** A count by rule, with 0 for rules that `base` has and the count lacks. */
const counted = (metric: string, base: string) =>
  `round(sum by (rule_id) (${increase(metric)}) or 0 * sum by (rule_id) (${increase(base)}))`;
const judged = 'betrace_rule_evaluations_total';

/** The cost of rules, and their results. */
export const rulePerformance: DashboardBuilder = dashboard(
  'betrace-rule-performance',
  'BeTrace: rule performance',
  'Evaluations, cost and violations of rules; errors and undecided traces.',
)
  .withRow(row('Cost'))
  .withPanel(
    lines({
      title: 'One record through all rules',
      description: 'Time to evaluate all rules on one record of the spans log.',
      queries: [0.5, 0.95, 0.99].map((q) => [
        `histogram_quantile(${q}, sum by (le) (${rate('betrace_rule_evaluation_duration_seconds_bucket')}))`,
        `p${q * 100}`,
      ]),
      unit: 's',
      width: 12,
    }),
  )
  .withPanel(
    lines({
      title: 'Processor time by rule',
      description: 'Seconds per second of the ten rules that take most; estimated from samples.',
      queries: [[`topk(10, sum by (rule_id) (${rate('betrace_rule_evaluation_seconds_total')}))`, '{{rule_id}}']],
      unit: 's',
      width: 12,
    }),
  )
  .withPanel(
    lines({
      title: 'Evaluations by rule',
      description: 'Spans or traces that a rule judges per second; the ten busiest.',
      queries: [[`topk(10, sum by (rule_id) (${rate('betrace_rule_evaluations_total')}))`, '{{rule_id}}']],
      unit: 'cps',
      width: 12,
    }),
  )
  .withPanel(
    bars({
      title: 'Average cost of an evaluation',
      description:
        'Estimated processor time by evaluation over the time range; the ten most expensive. Rules that judged nothing are omitted.',
      queries: [
        [
          `sort_desc(topk(10, sum by (rule_id) (${increase('betrace_rule_evaluation_seconds_total')}) / (sum by (rule_id) (${increase('betrace_rule_evaluations_total')}) > 0)))`,
          '{{rule_id}}',
        ],
      ],
      unit: 's',
      width: 12,
    }),
  )
  .withRow(row('Outcome in the time range'))
  .withPanel(
    rows({
      title: 'Rules',
      description:
        'Judged: spans or traces. Matches: violations found. Retracted: revoked when late spans came. Errors and undecided: not judged.',
      queries: [
        [`round(sum by (rule_id) (${increase('betrace_rule_evaluations_total')}))`, 'judged'],
        [`round(sum by (rule_id) (${increase('betrace_rule_matches_total')}))`, 'matches'],
        [counted('betrace_violations_retracted_total', judged), 'retracted'],
        [counted('betrace_rule_evaluation_errors_total', judged), 'errors'],
        [counted('betrace_undecided_total', judged), 'undecided'],
      ],
      unit: 'short',
      width: 16,
      height: 10,
    }),
  )
  .withPanel(
    rows({
      title: 'Rules that matched nothing',
      description: 'In the time range. The table next to it shows their evaluations.',
      queries: [[`round(sum by (rule_id) (${increase('betrace_rule_matches_total')})) == 0`, 'matches']],
      unit: 'short',
      width: 8,
      height: 10,
    }),
  )
  .withPanel(
    rows({
      title: 'Errors',
      description: 'Evaluations that ended in an error, by rule and text.',
      queries: [[`sort_desc(round(sum by (rule_id, error) (${increase('betrace_rule_evaluation_errors_total')})) > 0)`, 'errors']],
      unit: 'short',
      width: 12,
    }),
  )
  .withPanel(
    rows({
      title: 'Rules in shadow',
      description: 'Matches of rules in shadow, and how many were retracted after late spans.',
      queries: [
        [`round(sum by (rule_id) (${increase('betrace_shadow_matches_total')}))`, 'matches'],
        [counted('betrace_shadow_retracted_total', 'betrace_shadow_matches_total'), 'retracted'],
      ],
      unit: 'short',
      width: 12,
    }),
  );
