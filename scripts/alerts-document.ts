// The alerts of deploy/prometheus/alerts.yaml, for docs/operations/alerts.md and for the test that compares them with the metrics.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryRoot } from './source-files.js';

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  /** `runbook`: the section of docs/operations/runbooks.md, from the root of the repository. */
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

/** The text of `deploy/helm/betrace/files/alerts.yaml`: a chart reads no file outside of its folder. */
export function alertsOfTheChart(): string {
  return `# Generated from ${ALERTS_FILE} by npm run docs:generate.\n${readFileSync(join(repositoryRoot, ALERTS_FILE), 'utf8')}`;
}

const TITLES: Readonly<Record<string, string>> = {
  'betrace-violations': 'What rules found',
  'betrace-judgement': 'Whether spans are judged',
  'betrace-probe': 'What the verdict probe finds',
  'betrace-completeness': 'What was not judged, or not wholly',
  'betrace-delivery': 'Whether violations arrive',
};

const HEAD = `# Alerts and what they mean

[deploy/prometheus/alerts.yaml](../../deploy/prometheus/alerts.yaml) has these alerts for Prometheus; the Compose file loads it. They expect the scrape job
\`betrace-backend\` and need nothing but [BeTrace's metrics](../metrics.md). A threshold that does not suit is to be changed there: it is a file of yours.
The annotation \`runbook\` names the section of the [runbooks](runbooks.md) with checks and remedies; set \`runbook_url\` in your copy if you publish them.

Lag is measured from the end of the log when it is scraped. It grows also while its reader is stuck, down to a partition that could never begin. While no
broker answers, the last known end serves, and \`betrace_log_end_age_seconds\` says how old it is; before the first answer lag is \`NaN\`, never 0.
`;

const TAIL = `
## Violations in Loki

Each violation is a line of the API's log when it is kept, of the level \`info\`: one with \`betrace_violation_severity\`, \`betrace_violation_id\`, \`betrace_violation_rule_id\`, \`betrace_violation_rule_name\`,
\`betrace_violation_service\` and \`trace_id\`, and without values of spans. Later revisions have none. An alert over logs:

\`\`\`logql
sum(count_over_time({job="betrace-backend"} | json | betrace_violation_severity="CRITICAL" [5m])) > 5
\`\`\`

Where the collector of logs makes \`betrace_violation_severity\` a label, \`{job="betrace-backend", betrace_violation_severity="CRITICAL"}\` selects the same. No more than \`logging.violations_per_second\` lines (10) are written in a second;
how many were left out is a line of the level \`warn\`. So count with the metrics (\`BeTraceCriticalViolations\`), and look things up in the log. Loki itself was not run with this query.

## Violations in Tempo

A violation is a span named \`betrace.violation\` in the trace that it is about, below the offending span. Each revision is a span of its own, and spans can't be
changed: one that was open and is retracted later is there twice. What stands:

\`\`\`traceql
{ name = "betrace.violation" && span.betrace.violation.severity = "CRITICAL" && span.betrace.violation.status = "open" }
\`\`\`

This leaves out the retractions, not the revision that they retract: TraceQL cannot compare two spans by an attribute. \`GET /v1/violations\` answers what stands now,
and of a trace that was found, the last revision of each \`betrace.violation.id\` does.

- **Late deliveries.** A violation carries the time of its verdict. One that reaches Tempo later than \`storage.trace.wal.ingestion_time_range_slack\` (2 minutes by
  default) is stored with its trace, but no search finds it. deploy/compose/tempo.yaml sets 24 hours.
- **Why.** \`betrace.violation.explanation\` is the explanation in one sentence, cut at 2,048 bytes; \`betrace.violation.message\` is the rule's own message, if it has one.
- **Long records.** The signed record is the attribute \`betrace.violation.record\`; where it has more than 2,048 bytes, which is what Tempo takes by default
  (\`distributor.max_attribute_bytes\`), it is \`betrace.violation.record.1\` to \`.n\`, and \`betrace.violation.record.parts\` is n. An auditor verifies it with the trace
  alone: \`curl -H 'Accept: application/json' http://tempo:3200/api/traces/<trace id> | betrace verify -\`.
- **Refusals.** A violation that the endpoint refuses for good (HTTP 400, 413; gRPC INVALID_ARGUMENT …) is found by halving the batch, counted in
  \`betrace_violations_export_rejected_total\`, marked \`export_refused\` in the API, and passed over. 429, 502 to 504, UNAVAILABLE and their likes wait, for as long as
  \`Retry-After\` or RetryInfo asks. 401, 403, 404 and their likes wait too, and \`/ready\` says \`configuration\`. Answers that may mean the endpoint itself (500,
  INTERNAL, RESOURCE_EXHAUSTED without RetryInfo) wait until the endpoint takes something else: then they mean the violation. Where nothing else is sent, that one waits.
`;

/** The text of `docs/operations/alerts.md`. */
export function alertsDocument(): string {
  const sections = alertGroups().map(({ name, rules }) => `## ${TITLES[name] ?? name}\n\n${rules.map(alertText).join('\n')}`);
  return `${HEAD}\n${sections.join('\n')}${TAIL}`;
}

function alertText({ alert, expr, for: lasting, labels, annotations }: AlertRule): string {
  const when = lasting === undefined ? 'at once' : `when it lasts ${lasting}`;
  const sentence = annotations.description.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '<$1>').replaceAll(/\{\{ \$value[^}]*\}\}/g, 'So many');
  const runbook = `[Runbook](${annotations.runbook.replace('docs/operations/', '')})`;
  return `### ${alert}\n\n${labels.severity}, ${when}. ${sentence} ${runbook}.\n\n\`\`\`promql\n${expr}\n\`\`\`\n`;
}
