import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import type { MetricDeclaration } from '#platform';
import { alertGroups } from '../../scripts/alerts-document.js';
import { DOCUMENTED_METRICS } from '../../scripts/documented-metrics.js';

const root = join(import.meta.dirname, '../..');
const file = join(root, 'deploy/prometheus/alerts.yaml');
const declared = new Map(
  Object.values(DOCUMENTED_METRICS)
    .flatMap((section) => Object.values(section) as MetricDeclaration[])
    .map((declaration) => [declaration.name, declaration]),
);
/** What Prometheus adds to every series. */
const TARGET_LABELS = ['job', 'instance', 'le'];
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
      if (!expr.startsWith('up{')) expect(found.length).toBeGreaterThan(0);
      const labels = new Set(TARGET_LABELS);
      for (const { name, labels: selected } of found) {
        const declaration = declared.get(baseOf(name));
        expect([name, declaration !== undefined]).toEqual([name, true]);
        for (const label of declaration?.labels ?? []) labels.add(label);
        for (const [, label = ''] of selected.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
          expect([name, [...(declaration?.labels ?? []), ...TARGET_LABELS]]).toEqual([name, expect.arrayContaining([label])]);
        }
      }
      for (const [, by = ''] of expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g))
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

  (promtool ? it : it.skip)('is what Prometheus understands, and fires when it should', () => {
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
    // The first sight of a series is 0, as a scraper is told (libs/platform/src/metrics/first-sight.ts).
    const cases = [
      fires('BeTraceCriticalViolations', [series(violation, '_x4 0 100x20')], '2m', [
        { severity: 'critical', rule_id: 'r', rule_name: 'R' },
      ]),
      fires('BeTraceCriticalViolations', [series(violation, '0x40')], '5m', []),
      fires('BeTraceCriticalViolationSpike', [series(violation, '0+1x60')], '8m', [{ severity: 'critical', rule_id: 'r', rule_name: 'R' }]),
      fires('BeTraceCriticalViolationSpike', [series(violation, '0x8 5x60')], '8m', []),
      fires('BeTraceCriticalViolationSpike', [series(violation, '0+1x60')], '3m', []), // above 5 for less than two minutes
      fires(
        'BeTraceHighCpu',
        [ofProcess('process_cpu_seconds_total', '0+27x120'), ofProcess('betrace_process_cpu_limit_cores', '2x120')],
        '20m',
        [{ severity: 'warning', job: 'betrace-backend', instance: 'a' }],
      ),
      fires(
        'BeTraceHighCpu',
        [ofProcess('process_cpu_seconds_total', '0+15x120'), ofProcess('betrace_process_cpu_limit_cores', '2x120')],
        '20m',
        [],
      ),
      fires(
        'BeTraceHighMemory',
        [ofProcess('process_resident_memory_bytes', '81x60'), ofProcess('betrace_process_memory_limit_bytes', '100x60')],
        '6m',
        [{ severity: 'warning', job: 'betrace-backend', instance: 'a' }],
      ),
      fires(
        'BeTraceHighMemory',
        [ofProcess('process_resident_memory_bytes', '79x60'), ofProcess('betrace_process_memory_limit_bytes', '100x60')],
        '6m',
        [],
      ),
      // Time begins at 0 in these tests.
      fires('BeTraceCertificateExpires', [certificate(14 * 86_400 + 120)], '3m', [{ severity: 'warning', instance: 'a' }]),
      fires('BeTraceCertificateExpires', [certificate(14 * 86_400 + 120)], '1m', []),
      fires('BeTraceViolationsNotPublished', [ofProcess('betrace_violation_publish_failures_total', '0+1x80')], '10m', [
        { severity: 'critical', job: 'betrace-backend', instance: 'a' },
      ]),
      fires('BeTraceViolationsNotPublished', [ofProcess('betrace_violation_publish_failures_total', '7x80')], '10m', []),
      fires('BeTraceEvaluatorLagGrows', [series(lag, '2000+100x100')], '20m', [{ severity: 'critical', partition: '3' }]),
      fires('BeTraceEvaluatorLagGrows', [series(lag, '5000-60x70 100x30')], '20m', []),
      fires(
        'BeTraceLogSilent',
        [series('betrace_log_end_age_seconds{topic="betrace.spans"}', Array.from({ length: 40 }, () => '+Inf').join(' '))],
        '5m',
        [{ severity: 'critical', topic: 'betrace.spans' }],
      ),
      fires('BeTraceStorageFilesLost', [series('betrace_storage_files_lost{storage="log",instance="a"}', '0 0 1x40')], '1m', [
        { severity: 'critical', storage: 'log', instance: 'a' },
      ]),
      fires('BeTraceNotReady', [series('betrace_readiness_grade{check="storage",instance="a"}', '0 1x60')], '10m', [
        { severity: 'warning', check: 'storage', instance: 'a' },
      ]),
      fires('BeTraceExportConfiguration', [series('betrace_otlp_export_failures_total{kind="configuration"}', '0+1x80')], '15m', [
        { severity: 'critical', kind: 'configuration' },
      ]),
      fires(
        'BeTraceExportWaits',
        [
          series('betrace_otlp_export_lag_records{partition="1",instance="a"}', '7x120'),
          series('betrace_otlp_export_lag_records{partition="2",instance="a"}', '0x120'),
          series('betrace_otlp_export_failures_total{kind="passing",instance="a"}', '0+1x120'),
        ],
        '25m',
        [{ severity: 'warning', partition: '1', instance: 'a' }],
      ),
    ];
    try {
      // Annotations are not compared: what is left out of an expectation has to be empty else.
      const bare = alertGroups(root).map((group) => ({ ...group, rules: group.rules.map(({ annotations: _, ...rule }) => rule) }));
      writeFileSync(join(directory, 'alerts.yaml'), stringify({ groups: bare }));
      writeFileSync(tests, stringify({ rule_files: ['alerts.yaml'], evaluation_interval: '15s', tests: cases }));
      const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', tests], { encoding: 'utf8' });
      expect([status, stdout + stderr]).toEqual([0, expect.stringContaining('SUCCESS')]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
