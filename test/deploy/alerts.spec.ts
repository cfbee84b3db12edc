import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import type { MetricDeclaration } from '#platform';
import { alertGroups } from '../../scripts/documents/alerts-document.js';
import { DOCUMENTED_METRICS } from '../../scripts/documents/documented-metrics.js';

const root = join(import.meta.dirname, '../..');
const file = join(root, 'deploy/prometheus/alerts.yaml');
const declared = new Map(
  Object.values(DOCUMENTED_METRICS)
    .flatMap((section) => Object.values(section) as MetricDeclaration[])
    .map((declaration) => [declaration.name, declaration]),
);
/** Labels that Prometheus adds to every series. */
const TARGET_LABELS = ['cluster', 'namespace', 'job', 'instance', 'le'];
const alerts = alertGroups(root).flatMap(({ rules }) => rules);
const promtool = spawnSync('promtool', ['--version']).status === 0;
if (!promtool) console.warn('SKIPPED: alerts by promtool (no promtool in PATH: apt-get install prometheus)');

const metricsOf = (expression: string) =>
  [...expression.matchAll(/\b(betrace_\w+)(?:\{([^}]*)\})?/g)].map(([, name = '', labels = '']) => ({ name, labels }));
const baseOf = (name: string) => (declared.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));

describe('deploy/prometheus/alerts.yaml', () => {
  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s asks for metrics and labels that are declared',
    (_, { expr, annotations }) => {
      const found = metricsOf(`${expr} ${annotations.description}`);
      if (!expr.includes('up{')) expect(found.length).toBeGreaterThan(0);
      const labels = new Set(TARGET_LABELS);
      for (const { name, labels: selected } of found) {
        const declaration = declared.get(baseOf(name));
        expect([name, declaration !== undefined]).toEqual([name, true]);
        for (const label of declaration?.labels ?? []) labels.add(label);
        for (const [, label = ''] of selected.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
          expect([name, [...(declaration?.labels ?? []), ...TARGET_LABELS]]).toEqual([name, expect.arrayContaining([label])]);
        }
      }
      for (const [, by = ''] of expr.matchAll(/\b(?:by|on) \(([^)]+)\)/g))
        for (const label of by.split(/,\s*/)) expect([...labels]).toContain(label);
      for (const [, label = ''] of JSON.stringify(annotations).matchAll(/\$labels\.(\w+)/g)) expect([...labels]).toContain(label);
    },
  );

  it('has a name for each alert, a severity, and says what to do', () => {
    expect(new Set(alerts.map(({ alert }) => alert)).size).toBe(alerts.length);
    for (const { labels, annotations } of alerts) {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(annotations.summary.length).toBeGreaterThan(10);
      expect(annotations.description.length).toBeGreaterThan(10);
    }
  });

  (promtool ? it : it.skip)('is what Prometheus understands, and each alert fires when it should', () => {
    expect(spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })).toMatchObject({ status: 0 });
    const directory = mkdtempSync(join(tmpdir(), 'betrace-alerts-'));
    const tests = join(directory, 'alerts.test.yaml');
    const series = (text: string, values: string) => ({ series: text, values });
    const fires = (alertname: string, input: readonly object[], at: string, labels: readonly Record<string, string>[]) => ({
      interval: '15s',
      input_series: input,
      alert_rule_test: [{ eval_time: at, alertname, exp_alerts: labels.map((exp_labels) => ({ exp_labels })) }],
    });
    const violation = 'betrace_violations_total{severity="CRITICAL",rule_id="r",rule_name="R",service_name="shop"}';
    const ofProcess = (name: string, values: string) => series(`${name}{job="betrace-backend",instance="a"}`, values);
    const certificate = (ends: number) => series('betrace_tls_certificate_expires_timestamp_seconds{instance="a"}', `${ends}x20`);
    const lag = 'betrace_evaluator_lag_records{partition="3"}';
    /** A counter that rises at each scrape. It starts at 0, as scrapers first see a series (libs/platform/src/metrics/first-sight.ts). */
    const grows = (text: string) => series(text, '0+1x160');
    const stays = (text: string) => series(text, '7x160');
    const critical = { severity: 'critical' };
    const warning = { severity: 'warning' };
    const ofProcessA = { job: 'betrace-backend', instance: 'a' };
    const ofRule = { rule_id: 'r' };
    /** A gauge of a partition that grows, and moves from one process to the other each four minutes. */
    const moving = (start: string) => {
      const stays = Array.from({ length: 10 }, (_, turn) => Array.from({ length: 16 }, (_, at) => 2_000 + 50 * (16 * turn + at)).join(' '));
      const away = ['stale', ...Array(15).fill('_')].join(' ');
      return [0, 1].map((process) =>
        series(`${start}instance="${process}"}`, stays.map((values, turn) => (turn % 2 === process ? values : away)).join(' ')),
      );
    };
    /** The same, which moves once, to a process that catches up within a minute. */
    const movedAndSolved = (start: string) => [
      series(`${start}instance="a"}`, '2000+100x60 stale'),
      series(`${start}instance="b"}`, '_x60 8000-2000x4 0x60'),
    ];
    const cases = [
      // A process that restarts, or another that takes its partition, brings no violation; what it finds then does.
      fires('BeTraceCriticalViolations', [series(violation, '0 5x10 stale _x6 0x60')], '9m', []),
      fires('BeTraceCriticalViolations', [series(violation, '0 5x10 stale _x6 0 3x60')], '9m', [
        { ...critical, rule_id: 'r', rule_name: 'R' },
      ]),
      fires('BeTraceCriticalViolations', [series(violation, '_x4 0 100x20')], '2m', [{ ...critical, rule_id: 'r', rule_name: 'R' }]),
      fires('BeTraceCriticalViolations', [series(violation, '0x40')], '5m', []),
      fires('BeTraceCriticalViolationSpike', [grows(violation)], '8m', [{ ...critical, rule_id: 'r', rule_name: 'R' }]),
      fires('BeTraceCriticalViolationSpike', [series(violation, '0x8 5x60')], '8m', []),
      fires('BeTraceCriticalViolationSpike', [grows(violation)], '3m', []), // above 5 for less than two minutes
      fires('BeTraceManyViolations', [series(violation, '0+1515x160')], '20m', [warning]),
      fires('BeTraceManyViolations', [series(violation, '0+1485x160')], '20m', []),

      fires('BeTraceDown', [ofProcess('up', '1x4 0x40')], '5m', [{ ...critical, ...ofProcessA }]),
      fires('BeTraceDown', [ofProcess('up', '1x44')], '5m', []),
      fires('BeTraceNotScraped', [ofProcess('up', '1x4 stale')], '15m', [{ ...critical, job: 'betrace-backend' }]),
      fires('BeTraceNotScraped', [ofProcess('up', '0x100')], '15m', []),
      fires('BeTraceNoEvaluator', [ofProcess('up', '1x100')], '15m', [{ ...critical, job: 'betrace-backend' }]),
      fires(
        'BeTraceNoEvaluator',
        [ofProcess('up', '1x100'), series('betrace_rules_epoch{partition="1",job="betrace-backend",instance="b"}', '0x100')],
        '15m',
        [],
      ),
      fires('BeTraceStorageFilesLost', [series('betrace_storage_files_lost{storage="log",instance="a"}', '0 0 1x40')], '1m', [
        { ...critical, storage: 'log', instance: 'a' },
      ]),
      fires('BeTraceNotReady', [series('betrace_readiness_grade{check="storage",instance="a"}', '0 1x60')], '10m', [
        { ...warning, check: 'storage', instance: 'a' },
      ]),
      fires('BeTraceNotReady', [series('betrace_readiness_grade{check="storage",instance="a"}', '1x10 0 1x60')], '5m', []),
      fires('BeTracePartitionFailing', [series('betrace_evaluator_partition_failing{partition="3"}', '0 1x60')], '5m', [
        { ...critical, partition: '3' },
      ]),
      fires('BeTraceEvaluatorLagGrows', [series(lag, '2000+100x100')], '20m', [{ ...critical, partition: '3' }]),
      fires('BeTraceEvaluatorLagGrows', [series(lag, '5000-60x70 100x30')], '20m', []),
      // One alert for a partition that moves every four minutes and stays behind, and none once its new process has caught up.
      fires('BeTraceEvaluatorLagGrows', moving('betrace_evaluator_lag_records{partition="3",'), '30m', [{ ...critical, partition: '3' }]),
      fires('BeTraceEvaluatorLagGrows', movedAndSolved('betrace_evaluator_lag_records{partition="3",'), '20m', []),
      fires('BeTraceTopicLagGrows', moving('betrace_ingest_topic_lag_records{topic="t",partition="3",'), '30m', [
        { ...warning, topic: 't', partition: '3' },
      ]),
      fires('BeTraceTopicLagGrows', movedAndSolved('betrace_ingest_topic_lag_records{topic="t",partition="3",'), '20m', []),
      fires('BeTraceKeepLagGrows', moving('betrace_violations_keep_lag_records{partition="3",'), '30m', [{ ...warning, partition: '3' }]),
      fires('BeTraceKeepLagGrows', movedAndSolved('betrace_violations_keep_lag_records{partition="3",'), '20m', []),
      fires(
        'BeTraceExportWaits',
        [
          ...moving('betrace_otlp_export_lag_records{partition="3",'),
          series('betrace_otlp_export_failures_total{kind="passing",instance="a"}', '0+1x160'),
        ],
        '35m',
        [{ ...warning, partition: '3' }],
      ),
      fires(
        'BeTraceExportWaits',
        [
          ...movedAndSolved('betrace_otlp_export_lag_records{partition="3",'),
          series('betrace_otlp_export_failures_total{kind="passing",instance="a"}', '0+1x60 stale'),
        ],
        '20m',
        [],
      ),
      fires(
        'BeTraceNotificationsWait',
        [
          ...movedAndSolved('betrace_notification_lag_records{receiver="chat",partition="3",'),
          series('betrace_notification_failures_total{receiver="chat",kind="passing",instance="a"}', '0+1x60 stale'),
        ],
        '20m',
        [],
      ),
      fires(
        'BeTraceViolationsNotKept',
        [
          ...movedAndSolved('betrace_violations_keep_lag_records{partition="3",'),
          ofProcess('betrace_violations_keep_failures_total', '0+1x60 61x60'),
        ],
        '20m',
        [],
      ),
      fires('BeTraceTopicLagGrows', [series('betrace_ingest_topic_lag_records{topic="t",partition="3"}', '2000+100x100')], '20m', [
        { ...warning, topic: 't', partition: '3' },
      ]),
      fires('BeTraceLogSilent', [series('betrace_log_end_age_seconds{topic="betrace.spans"}', Array(40).fill('+Inf').join(' '))], '5m', [
        { ...critical, topic: 'betrace.spans' },
      ]),
      fires('BeTraceLogTimeAhead', [series('betrace_log_time_ahead_seconds{partition="3"}', '6x40')], '5m', [
        { ...critical, partition: '3' },
      ]),
      fires('BeTraceLogTimeAhead', [series('betrace_log_time_ahead_seconds{partition="3"}', '4x40')], '5m', []),
      fires(
        'BeTraceEpochsDiffer',
        [series('betrace_rules_epoch{partition="1"}', '7x60'), series('betrace_rules_epoch{partition="2"}', '6x60')],
        '10m',
        [warning],
      ),
      fires('BeTraceNoMemoryForTraces', [series('betrace_evaluator_waiting{partition="3"}', '1x80')], '15m', [
        { ...warning, partition: '3' },
      ]),
      fires(
        'BeTraceSlowEvaluation',
        ['0.1', '0.25', '+Inf'].map((le, at) =>
          series(`betrace_rule_evaluation_duration_seconds_bucket{le="${le}"}`, `0+${at === 0 ? 90 : 100}x100`),
        ),
        '20m',
        [warning],
      ),
      fires(
        'BeTraceSlowEvaluation',
        ['0.1', '0.25', '+Inf'].map((le, at) =>
          series(`betrace_rule_evaluation_duration_seconds_bucket{le="${le}"}`, `0+${at === 0 ? 96 : 100}x100`),
        ),
        '20m',
        [],
      ),
      fires('BeTraceThreadRestarts', [ofProcess('betrace_evaluator_thread_restarts_total', '0x4 1x40')], '5m', [
        { ...warning, ...ofProcessA },
      ]),
      fires(
        'BeTraceHighCpu',
        [ofProcess('process_cpu_seconds_total', '0+27x120'), ofProcess('betrace_process_cpu_limit_cores', '2x120')],
        '20m',
        [{ ...warning, ...ofProcessA }],
      ),
      fires(
        'BeTraceHighCpu',
        [ofProcess('process_cpu_seconds_total', '0+15x120'), ofProcess('betrace_process_cpu_limit_cores', '2x120')],
        '20m',
        [],
      ),
      ...(['81', '79'] as const).map((used) =>
        fires(
          'BeTraceHighMemory',
          [ofProcess('process_resident_memory_bytes', `${used}x60`), ofProcess('betrace_process_memory_limit_bytes', '100x60')],
          '6m',
          used === '81' ? [{ ...warning, ...ofProcessA }] : [],
        ),
      ),
      // Time starts at 0 in these tests.
      fires('BeTraceCertificateExpires', [certificate(14 * 86_400 + 120)], '3m', [{ ...warning, instance: 'a' }]),
      fires('BeTraceCertificateExpires', [certificate(14 * 86_400 + 120)], '1m', []),

      fires('BeTraceProbeFaulty', [grows('betrace_probe_verdicts_total{outcome="late",instance="a"}')], '5m', [
        { ...critical, instance: 'a', outcome: 'late' },
      ]),
      fires('BeTraceProbeFaulty', [grows('betrace_probe_verdicts_total{outcome="right",instance="a"}')], '5m', []),
      fires('BeTraceProbeFaulty', [stays('betrace_probe_verdicts_total{outcome="late",instance="a"}')], '5m', []),
      fires('BeTraceProbeSilent', [series('betrace_probe_last_right_timestamp_seconds{instance="a"}', '60x160')], '17m', [
        { ...warning, instance: 'a' },
      ]),
      fires('BeTraceProbeSilent', [series('betrace_probe_last_right_timestamp_seconds{instance="a"}', '60x160')], '15m', []),

      fires('BeTraceUndecided', [grows('betrace_undecided_total{rule_id="r",reason="step_limit"}')], '5m', [
        { ...warning, ...ofRule, reason: 'step_limit' },
      ]),
      fires('BeTraceUndecided', [stays('betrace_undecided_total{rule_id="r",reason="step_limit"}')], '5m', []),
      ...[8, 12].map((evaluations) =>
        fires(
          'BeTraceRuleErrors',
          [
            grows('betrace_rule_evaluation_errors_total{rule_id="r",error="e"}'),
            series('betrace_rule_evaluations_total{rule_id="r"}', `0+${evaluations}x160`),
          ],
          '5m',
          evaluations === 8 ? [{ ...warning, ...ofRule }] : [],
        ),
      ),
      fires('BeTraceViolationsSetAside', [grows('betrace_violations_set_aside_total{rule_id="r",reason="too_large"}')], '5m', [
        { ...critical, ...ofRule, reason: 'too_large' },
      ]),
      fires('BeTraceDefects', [grows('betrace_evaluation_defects_total{partition="3"}')], '5m', [{ ...critical, partition: '3' }]),
      fires('BeTraceDeadLetters', [grows('betrace_spans_unreadable_total{reason="r"}')], '5m', [warning]),
      fires(
        'BeTraceDeadLetters',
        [stays('betrace_spans_unreadable_total{reason="r"}'), grows('betrace_ingest_dead_letters_total{topic="t"}')],
        '5m',
        [warning],
      ),
      fires('BeTraceSpansExpired', [ofProcess('betrace_spans_expired_total', '0x4 1x40')], '5m', [{ ...critical, ...ofProcessA }]),
      fires('BeTraceTracesLost', [ofProcess('betrace_traces_lost_total', '0x4 1x40')], '5m', [{ ...critical, ...ofProcessA }]),
      fires('BeTraceRequestsRefused', [grows('betrace_ingest_requests_total{receiver="http",outcome="BT_X"}')], '20m', [
        { ...warning, outcome: 'BT_X' },
      ]),
      fires('BeTraceRequestsRefused', [grows('betrace_ingest_requests_total{receiver="http",outcome="partial"}')], '20m', []),

      fires('BeTraceViolationsNotPublished', [ofProcess('betrace_violation_publish_failures_total', '0+1x80')], '10m', [
        { ...critical, ...ofProcessA },
      ]),
      fires('BeTraceViolationsNotPublished', [ofProcess('betrace_violation_publish_failures_total', '7x80')], '10m', []),
      ...(['5', '0'] as const).map((waiting) =>
        fires(
          'BeTraceViolationsNotKept',
          [
            ofProcess('betrace_violations_keep_failures_total', '0+1x160'),
            series('betrace_violations_keep_lag_records{partition="1",job="betrace-backend",instance="a"}', `${waiting}x160`),
          ],
          '20m',
          waiting === '5' ? [{ ...critical, ...ofProcessA }] : [],
        ),
      ),
      fires('BeTraceViolationsRefusedByStore', [grows('betrace_violations_keep_refused_total{rule_id="r"}')], '5m', [
        { ...critical, ...ofRule },
      ]),
      fires('BeTraceKeepLagGrows', [series('betrace_violations_keep_lag_records{partition="3"}', '2000+100x100')], '20m', [
        { ...warning, partition: '3' },
      ]),
      fires('BeTraceExportConfiguration', [grows('betrace_otlp_export_failures_total{kind="configuration"}')], '15m', [
        { ...critical, kind: 'configuration' },
      ]),
      fires('BeTraceExportConfiguration', [grows('betrace_otlp_export_failures_total{kind="passing"}')], '15m', []),
      fires('BeTraceExportRefused', [grows('betrace_violations_export_rejected_total{reason="http_413"}')], '5m', [
        { ...warning, reason: 'http_413' },
      ]),
      fires('BeTraceEvidenceFails', [grows('betrace_evidence_export_rejected_total{reason="http_413"}')], '5m', [
        { ...critical, reason: 'http_413' },
      ]),
      fires('BeTraceEvidenceFails', [grows('betrace_evidence_withheld_total{rule_id="r",reason="not_signed"}')], '5m', [
        { ...critical, reason: 'not_signed' },
      ]),
      fires('BeTraceEvidenceFails', [grows('betrace_evidence_withheld_total{rule_id="r",reason="rate"}')], '5m', []),
      fires(
        'BeTraceExportWaits',
        [
          series('betrace_otlp_export_lag_records{partition="1",instance="a"}', '7x120'),
          series('betrace_otlp_export_lag_records{partition="2",instance="a"}', '0x120'),
          series('betrace_otlp_export_failures_total{kind="passing",instance="a"}', '0+1x120'),
        ],
        '25m',
        [{ ...warning, partition: '1' }],
      ),
      fires('BeTraceViolationsMissing', [grows('betrace_violations_missing_total{reader="keep"}')], '5m', [
        { ...critical, reader: 'keep' },
      ]),
      fires('BeTraceViolationsMissing', [stays('betrace_violations_missing_total{reader="keep"}')], '5m', []),
      fires(
        'BeTraceNotificationConfiguration',
        [grows('betrace_notification_failures_total{receiver="chat",kind="configuration"}')],
        '15m',
        [{ ...critical, receiver: 'chat' }],
      ),
      fires('BeTraceNotificationConfiguration', [grows('betrace_notification_failures_total{receiver="chat",kind="passing"}')], '15m', []),
      fires(
        'BeTraceNotificationsWait',
        [
          series('betrace_notification_lag_records{receiver="chat",partition="1",instance="a"}', '7x120'),
          series('betrace_notification_lag_records{receiver="other",partition="1",instance="a"}', '7x120'),
          series('betrace_notification_failures_total{receiver="chat",kind="passing",instance="a"}', '0+1x120'),
        ],
        '25m',
        [{ ...warning, receiver: 'chat', partition: '1' }],
      ),
      fires('BeTraceNotificationsRefused', [grows('betrace_notifications_refused_total{receiver="chat",reason="http_400"}')], '5m', [
        { ...warning, receiver: 'chat', reason: 'http_400' },
      ]),
      fires('BeTraceNotificationsMissing', [grows('betrace_notifications_missing_total{receiver="chat"}')], '5m', [
        { ...critical, receiver: 'chat' },
      ]),
    ];
    /** A series of one of two installations that a Prometheus scrapes. */
    const within = (namespace: string, text: string, values: string) => series(text.replace('{', `{namespace="${namespace}",`), values);
    /** What fires for one installation fires for each of two, and names it. `absent` knows no installation. */
    const twice = cases
      .filter(({ alert_rule_test: [test] }) => test!.exp_alerts.length > 0 && test!.alertname !== 'BeTraceNotScraped')
      .map(({ input_series, alert_rule_test: [test] }) =>
        fires(
          test!.alertname,
          ['prod', 'test'].flatMap((namespace) =>
            (input_series as readonly ReturnType<typeof series>[]).map((each) => within(namespace, each.series, each.values)),
          ),
          test!.eval_time,
          ['prod', 'test'].flatMap((namespace) => test!.exp_alerts.map(({ exp_labels }) => ({ ...exp_labels, namespace }))),
        ),
      );
    const keepFailures = 'betrace_violations_keep_failures_total{job="betrace-backend",instance="a"}';
    const keepLag = 'betrace_violations_keep_lag_records{partition="1",job="betrace-backend",instance="a"}';
    const exportFailures = 'betrace_otlp_export_failures_total{kind="passing",instance="a"}';
    const exportLag = 'betrace_otlp_export_lag_records{partition="1",instance="a"}';
    const upA = 'up{job="betrace-backend",instance="a"}';
    const ofProd = { ...critical, namespace: 'prod' };
    /** The state of one installation causes no alert about another, and hides none. */
    const neighbours = [
      fires(
        'BeTraceEpochsDiffer',
        ['prod', 'test'].map((namespace, at) => within(namespace, 'betrace_rules_epoch{partition="1"}', `${7 + at}x60`)),
        '10m',
        [],
      ),
      fires('BeTraceEvaluatorLagGrows', [within('prod', lag, '2000+100x100'), within('test', lag, '90000-500x100')], '20m', [
        { ...ofProd, partition: '3' },
      ]),
      fires(
        'BeTraceViolationsNotKept',
        [within('prod', keepFailures, '0+1x160'), within('prod', keepLag, '0x160'), within('test', keepLag, '5x160')],
        '20m',
        [],
      ),
      fires(
        'BeTraceExportWaits',
        [within('prod', exportFailures, '0+1x160'), within('prod', exportLag, '0x160'), within('test', exportLag, '5x160')],
        '25m',
        [],
      ),
      fires(
        'BeTraceManyViolations',
        ['prod', 'test'].map((namespace) => within(namespace, violation, '0+900x160')),
        '20m',
        [],
      ),
      fires(
        'BeTraceNoEvaluator',
        [within('prod', upA, '1x100'), within('test', upA, '1x100'), within('test', 'betrace_rules_epoch{job="betrace-backend"}', '1x100')],
        '15m',
        [{ ...ofProd, job: 'betrace-backend' }],
      ),
      // For an hour, then it counts as removed.
      ...(['30m', '75m'] as const).map((at) =>
        fires('BeTraceNotScraped', [within('prod', upA, '1x40 stale'), within('test', upA, '1x400')], at, [
          ...(at === '30m' ? [{ ...ofProd, job: 'betrace-backend' }] : []),
        ]),
      ),
      fires('BeTraceNotScraped', [within('prod', upA, '1x40 stale'), within('test', upA, '1x40 stale')], '30m', [
        { ...critical, job: 'betrace-backend' },
      ]),
    ];
    const fired = cases.flatMap(({ alert_rule_test: [test] }) => (test!.exp_alerts.length > 0 ? [test!.alertname] : []));
    expect([...new Set(fired)].sort()).toEqual(alerts.map(({ alert }) => alert).sort());
    try {
      // Annotations are not compared: promtool requires those that an expectation omits to be empty.
      const bare = alertGroups(root).map((group) => ({ ...group, rules: group.rules.map(({ annotations: _, ...rule }) => rule) }));
      writeFileSync(join(directory, 'alerts.yaml'), stringify({ groups: bare }));
      writeFileSync(
        tests,
        stringify({ rule_files: ['alerts.yaml'], evaluation_interval: '15s', tests: [...cases, ...twice, ...neighbours] }),
      );
      const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' });
      expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
