// The alerts of deploy/prometheus/alerts.yaml as Grafana's own rules, for users whose Prometheus evaluates none.
import { stringify } from 'yaml';
import { type AlertRule, alertGroups } from './alerts-document.js';

const HEAD = `# Generated from deploy/prometheus/alerts.yaml by npm run docs:generate. Load one of the two: both together alert twice.
# Grafana asks the data source with the uid prometheus. See deploy/grafana/README.md.
`;

/** The time range of a query: the expressions have ranges of their own, and are evaluated at one time. */
const LOOK_BACK_SECONDS = 600;

/** The text of `deploy/grafana/provisioning/alerting/alerts.yaml`. */
export function grafanaAlerts(): string {
  const groups = alertGroups().map(({ name, rules }) => ({
    orgId: 1,
    name,
    folder: 'BeTrace',
    interval: '1m',
    rules: rules.map(grafanaRule),
  }));
  return HEAD + stringify({ apiVersion: 1, groups }, { lineWidth: 0 });
}

/**
 * A rule of Prometheus fires for each series of its expression, whatever the value (`up == 0` has the value 0). Grafana's fires for a number other than 0, so B
 * is 1 for each series of A. An empty A is normal, as in Prometheus.
 */
function grafanaRule({ alert, expr, for: lasting, labels, annotations }: AlertRule) {
  return {
    uid: uidOf(alert),
    title: alert,
    condition: 'C',
    data: [
      {
        refId: 'A',
        relativeTimeRange: { from: LOOK_BACK_SECONDS, to: 0 },
        datasourceUid: 'prometheus',
        model: { refId: 'A', expr, instant: true, range: false },
      },
      expression('B', { type: 'math', expression: 'is_number($A) || is_nan($A) || is_inf($A)' }),
      expression('C', {
        type: 'threshold',
        expression: 'B',
        conditions: [{ evaluator: { type: 'gt', params: [0] }, operator: { type: 'and' }, query: { params: ['C'] }, type: 'query' }],
      }),
    ],
    noDataState: 'OK',
    execErrState: 'Error',
    for: lasting ?? '0s',
    labels,
    annotations: Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, text.replaceAll('$value', '$values.A.Value')])),
    isPaused: false,
  };
}

const expression = (refId: string, model: object) => ({
  refId,
  relativeTimeRange: { from: LOOK_BACK_SECONDS, to: 0 },
  datasourceUid: '__expr__',
  model: { refId, datasource: { type: '__expr__', uid: '__expr__' }, ...model },
});

/** A Grafana uid, which has at most 40 characters. */
const uidOf = (alert: string): string => alert.replace(/^BeTrace/, 'betrace').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
