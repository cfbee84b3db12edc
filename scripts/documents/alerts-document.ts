// The alerts of deploy/prometheus/alerts.yaml, for docs/operations/alerts.md and for the test that compares them with the metrics.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from '../source-files.js';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  /** `runbook`: the section of docs/operations/runbooks.md, by its path from the repository's root. */
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook: string };
}

export interface AlertGroup {
  readonly name: string;
  readonly rules: readonly AlertRule[];
}

const ALERTS_FILE = 'deploy/prometheus/alerts.yaml';

export function alertGroups(root = repositoryRoot): readonly AlertGroup[] {
  const text = readFileSync(join(root, ALERTS_FILE), 'utf8');
  return (parse(text) as { readonly groups: readonly AlertGroup[] }).groups;
}

/** The text of `deploy/helm/betrace/files/alerts.yaml`: a chart cannot read files outside of its folder. */
export function alertsOfTheChart(): string {
  return `# Generated from ${ALERTS_FILE} by npm run docs:generate.\n${readFileSync(join(repositoryRoot, ALERTS_FILE), 'utf8')}`;
}

const TITLES: Readonly<Record<string, string>> = {
  'betrace-violations': 'What rules found',
  'betrace-judgement': 'Whether spans are judged',
  'betrace-probe': 'What the verdict probe finds',
  'betrace-completeness': 'What was not judged, or not fully',
  'betrace-delivery': 'Whether violations arrive',
};

const HEAD = `# Alerts and what they mean

[deploy/prometheus/alerts.yaml](../../deploy/prometheus/alerts.yaml) has these alerts for Prometheus; the Compose file loads it. They expect the scrape job
\`betrace-backend\` and use only [BeTrace's metrics](../metrics.md). Change thresholds in your copy of this file.
One Prometheus may scrape several installations. The labels \`cluster\`, \`namespace\` and \`job\` of their targets tell them apart, where there are any: each installation has alerts of its own, which carry these labels. Give all processes of an installation the same values: a process with other ones counts as an installation without an evaluator.
The annotation \`runbook\` names the section of the [runbooks](runbooks.md) with checks and remedies; set \`runbook_url\` in your copy if you publish them.

Lag is computed up to the end of the log at the time of the scrape. It also grows while its reader is stuck, and for a partition that never started. While no
broker answers, the last known end is used, and \`betrace_log_end_age_seconds\` is its age. Before the first answer lag is \`NaN\`, never 0.
`;

const TAIL = `
## Violations in Loki

When the API stores a violation, it logs a line of the level \`info\` with \`betrace_violation_severity\`, \`betrace_violation_id\`, \`betrace_violation_rule_id\`, \`betrace_violation_rule_name\`,
\`betrace_violation_service\` and \`trace_id\`. It has no values of spans. Later revisions have no line. An alert over logs:

\`\`\`logql
sum(count_over_time({job="betrace-backend"} | json | betrace_violation_severity="CRITICAL" [5m])) > 5
\`\`\`

If your log collector makes \`betrace_violation_severity\` a label, \`{job="betrace-backend", betrace_violation_severity="CRITICAL"}\` selects the same. At most \`logging.violations_per_second\` lines (10) are written in a second;
a line of the level \`warn\` counts the omitted ones. So count with the metrics (\`BeTraceCriticalViolations\`), and use the log for details. Loki itself was not run with this query.

## Violations in Tempo

A violation is a span named \`betrace.violation\` in the trace that it is about, below the offending span. Each revision is a span of its own, and spans can't be
changed: a violation that is retracted later has two spans. To find open violations:

\`\`\`traceql
{ name = "betrace.violation" && span.betrace.violation.severity = "CRITICAL" && span.betrace.violation.status = "open" }
\`\`\`

This query omits the retractions, but still finds the revisions that they retract: TraceQL cannot compare two spans by an attribute. \`GET /v1/violations\` returns the current state.
In a trace, the last revision of each \`betrace.violation.id\` is the current one.

- **Late deliveries.** A violation carries the time of its verdict. One that reaches Tempo later than \`storage.trace.wal.ingestion_time_range_slack\` (2 minutes by
  default) is stored with its trace, but no search finds it. deploy/compose/tempo.yaml sets 24 hours.
- **Why.** \`betrace.violation.explanation\` is the explanation in one sentence, cut at 2,048 bytes; \`betrace.violation.message\` is the rule's own message, if it has one.
- **Controls.** If the violated version of the rule names controls, \`compliance.framework\` and \`compliance.control\` are lists of one length, and \`compliance.outcome\` is \`violated\`, \`retracted\` or
  \`undecided\`. They are the rule's and no part of the signed record, which names the rule and its version.
- **Long records.** The signed record is the attribute \`betrace.violation.record\`. If it exceeds 2,048 bytes, Tempo's default limit
  (\`distributor.max_attribute_bytes\`), it is split into \`betrace.violation.record.1\` to \`.n\`, and \`betrace.violation.record.parts\` is n. An auditor verifies it with the trace
  alone: \`curl -H 'Accept: application/json' http://tempo:3200/api/traces/<trace id> | betrace verify -\`.
- **Refusals.** A violation that the endpoint refuses permanently (HTTP 400, 413; gRPC INVALID_ARGUMENT …) is found by halving the batch, counted in
  \`betrace_violations_export_rejected_total\`, marked \`export_refused\` in the API, and skipped. After 429, 502 to 504, UNAVAILABLE and similar, the export waits as long as
  \`Retry-After\` or RetryInfo asks. It also waits after 401, 403, 404 and similar, and \`/ready\` says \`configuration\`. Some errors may concern the endpoint itself (500,
  INTERNAL, RESOURCE_EXHAUSTED without RetryInfo). Then the violation waits until the endpoint accepts another one: this shows that it refuses the violation.
`;

/** The text of `docs/operations/alerts.md`. */
export function alertsDocument(): string {
  const sections = alertGroups().map(({ name, rules }) => `## ${TITLES[name] ?? name}\n\n${rules.map(alertText).join('\n')}`);
  return `${HEAD}\n${sections.join('\n')}${TAIL}`;
}

function alertText({ alert, expr, for: lasting, labels, annotations }: AlertRule): string {
  const when = lasting === undefined ? 'at once' : `when it lasts ${lasting}`;
  const sentence = annotations.description.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '<$1>').replaceAll(/\{\{ \$value[^}]*\}\}/g, 'N');
  const runbook = `[Runbook](${annotations.runbook.replace('docs/operations/', '')})`;
  return `### ${alert}\n\n${labels.severity}, ${when}. ${sentence} ${runbook}.\n\n\`\`\`promql\n${expr}\n\`\`\`\n`;
}
