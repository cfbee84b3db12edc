import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { decodeRequest } from '#otlp';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { OtlpHttpReceiver } from '../harness/services/otlp-http-receiver.js';
import { WebhookReceiver } from '../harness/services/webhook-receiver.js';

interface Samples {
  readonly samples: readonly { readonly trace_id: string; readonly explanation: object }[];
}

interface List {
  readonly violations: readonly { readonly trace_id: string }[];
  readonly total: number;
}

describe('a rule in shadow', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  let tempo: OtlpHttpReceiver;
  let [hook, alertmanager]: readonly [WebhookReceiver, WebhookReceiver] = [new WebhookReceiver(), new WebhookReceiver()];
  beforeEach(async () => {
    folder = await storageFolder();
    [hook, alertmanager] = [new WebhookReceiver(), new WebhookReceiver()];
    tempo = new OtlpHttpReceiver((await freePorts(1))[0] ?? 0);
    await Promise.all([hook.open(), alertmanager.open(), tempo.start()]);
    const receivers = [
      { name: 'chat', webhook: hook.url },
      { name: 'oncall', alertmanager: alertmanager.url },
    ];
    await writeFile(join(folder.path, 'receivers.yaml'), JSON.stringify({ receivers }));
  });
  afterEach(async () => {
    await betrace?.kill();
    tempo.stop();
    await Promise.all([hook.close(), alertmanager.close()]);
    await folder.remove();
  });

  const start = async () => {
    betrace = await BeTrace.start({
      env: {
        BETRACE_STORAGE_PATH: join(folder.path, 'data'),
        BETRACE_NOTIFICATIONS_FILE: join(folder.path, 'receivers.yaml'),
        OTEL_EXPORTER_OTLP_ENDPOINT: tempo.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      },
    });
  };
  const send = (trace_id: string) =>
    betrace.json('POST', '/v1/spans', {
      spans: [{ trace_id, span_id: 'a', name: 's', start_time: '1699000000000000000', duration: 2_000_000_000 }],
    });
  const samples = async () => (await betrace.json<Samples>('GET', '/v1/rules/slow/samples')).body.samples;
  const violations = async () => (await betrace.json<List>('GET', '/v1/violations?rule_id=slow')).body;
  /** The texts that each receiver got, one for each violation. */
  const heard = () => [
    hook.taken.map(({ body }) => body),
    alertmanager.taken.flatMap(({ body }) => (JSON.parse(body) as { labels: object }[]).map(({ labels }) => JSON.stringify(labels))),
    tempo.requests.flatMap(({ body }) =>
      decodeRequest(body).resourceSpans.flatMap(({ scopeSpans }) =>
        scopeSpans.flatMap(({ spans }) =>
          spans.map((span) => JSON.stringify(span, (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
        ),
      ),
    ),
  ];
  /** The number of violations of a rule, without duplicates: on a busy machine a lost answer repeats one unchanged. */
  const told = (rule: string) => heard().map((texts) => new Set(texts.filter((text) => text.includes(`"${rule}"`))).size);
  const metric = async (name: string) => {
    const lines = (await (await fetch(`${betrace.url}/metrics`)).text()).split('\n');
    return lines.filter((line) => line.startsWith(`${name}{`) && line.includes('rule_id="slow"')).map((line) => line.split(' ').at(-1));
  };

  it('sends no alert and no export, is counted, has samples after a restart too, and no violations until enforced', async () => {
    await start();
    await betrace.json('POST', '/v1/rules', { id: 'slow', name: 'slow', expression: 'span.duration > 1s', mode: 'shadow' });
    // An enforced rule shows that the receivers work.
    await betrace.json('POST', '/v1/rules', { id: 'beside', name: 'beside', expression: 'span.name == "s"' });
    await send('hidden');
    const found = await eventually('a sample', async () => ((await samples()).length > 0 ? await samples() : undefined), 60_000);
    expect(found).toEqual([expect.objectContaining({ trace_id: 'hidden', explanation: expect.anything() })]);
    await eventually(
      'the violation of the enforced rule',
      async () => (told('beside').every((count) => count > 0) ? true : undefined),
      60_000,
    );
    expect(told('slow')).toEqual([0, 0, 0]);
    // Evaluators report their counts at intervals.
    const matches = await eventually('the count', async () =>
      (await metric('betrace_shadow_matches_total')).includes('1') ? await metric('betrace_shadow_matches_total') : undefined,
    );
    expect(matches).toEqual(['1']);
    expect((await metric('betrace_violations_total')).filter((count) => count !== '0')).toEqual([]);
    await betrace.json('PATCH', '/v1/rules/slow', { mode: 'enforce' });
    await send('told');
    await eventually('a violation', async () => ((await violations()).total > 0 ? true : undefined), 60_000);
    expect(await violations()).toMatchObject({ violations: [{ trace_id: 'told' }], total: 1 });
    // Violations in shadow would have come earlier: receivers are notified in log order.
    await eventually('the messages', async () => (told('slow').every((count) => count > 0) ? true : undefined), 60_000);
    expect(told('slow')).toEqual([1, 1, 1]);
    expect(await betrace.stop()).toBe(0);
    await start();
    expect(await eventually('the sample of before', async () => ((await samples()).length > 0 ? await samples() : undefined))).toEqual(
      found,
    );
    expect((await violations()).total).toBe(1);
  });
});
