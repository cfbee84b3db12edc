import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { alertGroups } from '../../scripts/documents/alerts-document.js';
import { DOCUMENTED_METRICS } from '../../scripts/documents/documented-metrics.js';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { createRule } from '../harness/create-rule.js';
import { entryOf } from '../harness/entry.js';
import { REPOSITORY } from '../harness/repository.js';
import { missing, shell } from '../harness/shell.js';

const text = readFileSync(join(REPOSITORY, 'docs/operations/runbooks.md'), 'utf8');
const [introduction = '', ...rest] = text.split(/^## /m);
const sections = new Map(rest.map((section) => [section.slice(0, section.indexOf('\n')), section] as const));
const blocks = (language: string, of = text) =>
  [...of.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block.trim());
const alerts = alertGroups(REPOSITORY).flatMap(({ rules }) => rules);
const declared = new Map(
  Object.values(DOCUMENTED_METRICS)
    .flatMap((part) => Object.values(part) as { readonly name: string; readonly labels?: readonly string[] }[])
    .map((metric) => [metric.name, metric]),
);

describe('docs/operations/runbooks.md', () => {
  it('has a section for each alert and no other, in the order of the alerts, and each alert names its own', () => {
    expect([...sections.keys()]).toEqual(alerts.map(({ alert }) => alert));
    for (const { alert, annotations } of alerts) expect(annotations.runbook).toBe(`docs/operations/runbooks.md#${alert.toLowerCase()}`);
  });

  it.each([...sections])('%s lists symptoms, checks and remedies', (_, section) => {
    const parts = section.split(/\*\*(Symptoms|Checks|Remedy)\.\*\* /);
    expect([parts[1], parts[3], parts[5], parts.length]).toEqual(['Symptoms', 'Checks', 'Remedy', 7]);
    for (const part of [parts[2], parts[4], parts[6]]) expect(part!.trim().length).toBeGreaterThan(20);
    expect(blocks('bash', parts[4]).length + blocks('promql', parts[4]).length).toBeGreaterThan(0);
  });

  it('uses existing metrics', () => {
    const asked = [...text.matchAll(/\b(betrace_[a-z_]+)(?=[{[)\s"|' ]|$)/gm)].map(([, name = '']) => name);
    expect(asked.length).toBeGreaterThan(40);
    for (const name of asked) expect([name, declared.has(name)]).toEqual([name, true]);
  });

  const promtool = spawnSync('promtool', ['--version']).status === 0;
  if (!promtool) console.warn('SKIPPED: the queries of the runbooks by promtool (no promtool in PATH: apt-get install prometheus)');
  (promtool ? it : it.skip)('has queries that Prometheus reads', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-runbooks-'));
    try {
      const rules = blocks('promql').map((expr, at) => ({ record: `query:${at}`, expr }));
      expect(rules.length).toBeGreaterThan(20);
      writeFileSync(join(directory, 'queries.yaml'), stringify({ groups: [{ name: 'runbooks', rules }] }));
      const { status, stderr } = spawnSync('promtool', ['check', 'rules', join(directory, 'queries.yaml')], { encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: the commands of the runbooks, because this machine has no ${absent.join(' and ')}\n`);

(absent.length > 0 ? describe.skip : describe)('the commands of the runbooks', () => {
  let betrace: BeTrace;
  let storage: Awaited<ReturnType<typeof storageFolder>>;
  let printed: Map<string, string>;
  const commands = [...new Set([...blocks('bash', introduction), ...[...sections.values()].flatMap((section) => blocks('bash', section))])];

  beforeAll(async () => {
    storage = await storageFolder();
    const notifications = join(storage.path, 'receivers.yaml');
    writeFileSync(notifications, 'receivers: [{ name: chat, webhook: http://127.0.0.1:9 }]\n');
    // No server answers at these addresses, so readiness checks fail.
    const env = { BETRACE_NOTIFICATIONS_FILE: notifications, OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:9' };
    betrace = await BeTrace.start({ args: [`--storage-path=${join(storage.path, 'data')}`], env });
    const rule = (name: string, expression: string) => ({
      id: name,
      name,
      expression,
      severity: 'CRITICAL',
      enabled: true,
      on_error: 'undecided',
    });
    for (const body of [rule('slow', 'span.duration > 1s'), rule('amount', 'span.attributes["amount"] > 10')])
      await createRule(betrace, body);
    const span = (trace: string, amount: unknown) => ({
      trace_id: trace,
      span_id: 'a',
      name: 'pay',
      start_time: 1,
      end_time: 2_000_000_001,
      attributes: { amount },
    });
    await betrace.json('POST', '/v1/spans', { spans: [span('one', 7), span('two', 'many')] });
    await betrace.json('GET', '/v1/violations?settled=true&timeout=60s');
    const { http, grpc } = betrace.ports;
    const marker = '=== next command ===';
    const head = [
      `export BETRACE_URL=${betrace.url} BETRACE_HTTP_PORT=${http} BETRACE_GRPC_PORT=${grpc}`,
      `export BETRACE_STORAGE_PATH=${join(storage.path, 'data')} BETRACE_NOTIFICATIONS_FILE=${notifications}`,
      `betrace() { ${process.execPath} --disable-warning=ExperimentalWarning ${entryOf('cli')} "$@"; }`,
    ];
    const output = await shell(
      [
        ...head,
        ...commands.flatMap((command) => [
          command.replaceAll('betrace probe ', 'betrace probe --late 2m --timeout 2m '),
          `echo '${marker}'`,
        ]),
      ].join('\n'),
      storage.path,
      300_000,
    );
    const parts = output.split(marker);
    printed = new Map(commands.map((command, at) => [command, parts[at]!.trim()]));
  }, 330_000);
  afterAll(async () => {
    await betrace?.stop();
    await storage?.remove();
  });

  it.each(commands.map((command) => [command]))('prints a result for: %s', (command) => {
    const output = printed.get(command) ?? '';
    expect(output).not.toBe('');
    expect(output).not.toContain('urn:betrace:error');
    expect(output).not.toMatch(/^null$/m);
    expect(command.split('\n').length).toBeLessThanOrEqual(output.split('\n').length);
  });

  it('shows the fault', () => {
    const text = [...printed.values()].join('\n');
    expect(text).toContain('slow'); // the critical rule
    expect(text).toMatch(/"undecided": 1/);
    expect(printed.get(`curl -s "$BETRACE_URL/ready" | jq '.checks.otlp_exporter'`)).toContain('127.0.0.1:9');
    expect(text).toMatch(/right {2}8 of 8 verdicts/);
  });
});
