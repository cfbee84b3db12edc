import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { ALERTMANAGER, Alertmanager } from '../harness/services/alertmanager.js';
import { type ReceivedMessage, WebhookReceiver } from '../harness/services/webhook-receiver.js';
import { missing } from '../harness/shell.js';

const SECRET = `whsec_${Buffer.from('the secret of the receiver, 32 b').toString('base64')}`;
const UNAUDITED = 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")';
const absent = await missing(ALERTMANAGER);
if (absent.length > 0) process.stderr.write(`SKIPPED: alerts, because this machine has no ${ALERTMANAGER}\n`);

interface Told {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly id: string;
    readonly rule_id: string;
    readonly trace_id: string;
    readonly status: string;
    readonly url?: string;
  };
}

let folder: string;
let betrace: BeTrace | undefined;
let hook: WebhookReceiver;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'betrace-notify-'));
  await writeFile(join(folder, 'hook.secret'), `${SECRET}\n`);
  hook = new WebhookReceiver();
  await hook.open();
});
afterEach(async () => {
  await betrace?.stop();
  betrace = undefined;
  await hook.close();
  await rm(folder, { recursive: true });
});

const start = async (receivers: readonly object[], durable = false): Promise<void> => {
  const file = join(folder, 'receivers.yaml');
  await writeFile(file, JSON.stringify({ receivers }));
  betrace = await BeTrace.start({
    args: durable ? [] : ['--test-mode'],
    env: {
      BETRACE_NOTIFICATIONS_FILE: file,
      BETRACE_TRACE_ROOT_GRACE: '100ms',
      BETRACE_TRACE_IDLE_TIMEOUT: '300ms',
      ...(durable ? { BETRACE_STORAGE_PATH: join(folder, 'data') } : {}),
    },
  });
};
const rule = async (body: object): Promise<void> => expect((await betrace!.json('POST', '/v1/rules', body)).status).toBe(201);
const send = async (trace: string, name: string, more: object = {}): Promise<void> => {
  const spans = [
    { trace_id: trace, span_id: `${trace}-${name}`, name, start_time: Date.now() * 1e6, duration: 1, service: 'shop', ...more },
  ];
  expect((await betrace!.json('POST', '/v1/spans', { spans })).status).toBe(202);
};
const settled = () => betrace!.json('GET', '/v1/violations?settled=true&status=all');
const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${betrace!.url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );
};
const read = (message: ReceivedMessage): Told => JSON.parse(message.body) as Told;
const taken = (count: number) =>
  eventually(`${count} messages`, async () => (hook.taken.length >= count ? hook.taken.map(read) : undefined), 60_000);

(absent.length > 0 ? describe.skip : describe)('a real Alertmanager', () => {
  let alertmanager: Alertmanager;
  beforeAll(async () => {
    alertmanager = await Alertmanager.start();
  });
  afterAll(() => alertmanager?.stop());

  it('gets each violation as an alert of its own, and its end after a retraction, for any names', async () => {
    await start([{ name: 'oncall', alertmanager: alertmanager.url, console_url: 'https://betrace.example.com/' }]);
    const name = `"unaudited" \\ 🧾 {{ .Labels }} ${'x'.repeat(100)}`;
    await rule({ id: 'unaudited', name, expression: UNAUDITED, severity: 'CRITICAL' });
    for (const [trace, service] of Object.entries({ one: 'shop', two: 'a\u0000b \ud83d', three: '' }))
      await send(trace, 'charge', { service });
    await settled();
    const alerts = await eventually(
      'the alerts',
      async () => ((await alertmanager.alerts()).length === 3 ? alertmanager.alerts() : undefined),
      60_000,
    );
    const first = alerts.find(({ labels }) => labels['service'] === 'shop')!;
    expect(first.labels).toMatchObject({ alertname: 'BeTraceViolation', rule_id: 'unaudited', rule_name: name, severity: 'critical' });
    expect(first.annotations).toMatchObject({
      status: 'open',
      trace_id: expect.any(String),
      summary: expect.stringContaining('unaudited'),
    });
    expect(first.generatorURL).toBe(`https://betrace.example.com/ui/violations/${first.labels['violation_id']}`);
    await send('one', 'audit');
    await settled();
    await eventually('the end of the alert', async () => ((await alertmanager.alerts()).length === 2 ? true : undefined), 60_000);
    expect((await alertmanager.alerts()).map(({ labels }) => labels['violation_id'])).not.toContain(first.labels['violation_id']);
    // A message counts when its receiver's answer is there.
    const sent = () => metric('betrace_notifications_sent_total{receiver="oncall"}');
    await eventually('the count of messages', async () => ((await sent()) >= 4 ? true : undefined));
    expect(await sent()).toBe(4);
    expect((await betrace!.json<{ checks: object }>('GET', '/ready')).body.checks).toMatchObject({ notifications: 'ok' });
  });
});

describe('a webhook', () => {
  it('gets messages that its own library verifies, each revision with its own id', async () => {
    await start([
      { name: 'chat', webhook: hook.url, secret_file: 'hook.secret', headers: { 'x-team': 'payments' }, console_url: 'http://localhost:1' },
    ]);
    await rule({ id: 'unaudited', name: 'unaudited', expression: UNAUDITED, severity: 'HIGH' });
    await send('one', 'charge');
    await taken(1);
    await send('one', 'audit');
    const [opened, retracted] = await taken(2);
    expect([opened!.type, retracted!.type]).toEqual(['violation.opened', 'violation.retracted']);
    expect(retracted!.data.id).toBe(opened!.data.id);
    expect(opened!.data.url).toBe(`http://localhost:1/ui/violations/${opened!.data.id}`);
    const webhook = new Webhook(SECRET);
    for (const { headers, body } of hook.taken) {
      expect(webhook.verify(body, headers as Record<string, string>)).toEqual(JSON.parse(body));
      expect(headers['x-team']).toBe('payments');
      expect(() => webhook.verify(body.replace('shop', 'shoq'), headers as Record<string, string>)).toThrow();
    }
    expect(new Set(hook.taken.map(({ headers }) => headers['webhook-id'])).size).toBe(2);
    expect(betrace!.logs()).not.toContain(SECRET.slice('whsec_'.length));
  });

  it('that is down loses nothing, delays no other, and gets each message once, also over kill -9', async () => {
    const other = new WebhookReceiver();
    await other.open();
    try {
      const receivers = [
        { name: 'away', webhook: hook.url },
        { name: 'here', webhook: other.url },
      ];
      await start(receivers, true);
      await rule({ id: 'slow', name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' });
      const slow = (n: number) => send(`t-${n}`, 'request', { duration: 2e9 });
      await slow(0);
      await taken(1);
      await hook.close();
      for (let n = 1; n <= 20; n++) await slow(n);
      await eventually('the other one', async () => (other.taken.length >= 21 ? true : undefined), 60_000);
      const told = await eventually('what it waits for', async () => {
        const { status, body } = await betrace!.json<{ status: string; checks: Record<string, string> }>('GET', '/ready');
        // A message to the closing server may have another reason.
        return /^away: .*ECONNREFUSED/.test(body.checks['notifications'] ?? '') ? { status, body } : undefined;
      });
      expect(told).toMatchObject({ status: 200, body: { status: 'degraded' } });
      await betrace!.kill();
      await start(receivers, true);
      for (let n = 21; n <= 30; n++) await slow(n);
      await hook.open();
      await eventually(
        'all of it',
        async () => (new Set(hook.taken.map((message) => read(message).data.trace_id)).size === 31 ? true : undefined),
        60_000,
      );
      await eventually('the state', async () => {
        const { body } = await betrace!.json<{ checks: Record<string, string> }>('GET', '/ready');
        return body.checks['notifications'] === 'ok' ? true : undefined;
      });
      // A message that was sent but not noted before the kill is sent again with its former id.
      const ids = hook.taken.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(31);
      expect(ids.length).toBeLessThanOrEqual(32);
    } finally {
      await other.close();
    }
  });

  it('gets what passes its filters, and nothing that is muted, which is counted', async () => {
    await start([
      { name: 'chat', webhook: hook.url, severities: ['critical', 'HIGH'], tags: ['pci', 'gdpr'] },
      { name: 'nobody', webhook: hook.url, rules: ['another'] },
    ]);
    const slow = { expression: 'span.duration > 1s' };
    await rule({ ...slow, id: 'told', name: 'told', severity: 'HIGH', tags: ['x', 'pci'] });
    await rule({ ...slow, id: 'mild', name: 'mild', severity: 'LOW', tags: ['pci'] });
    await rule({ ...slow, id: 'untagged', name: 'untagged', severity: 'CRITICAL', tags: ['x'] });
    await rule({ ...slow, id: 'muted', name: 'muted', severity: 'CRITICAL', tags: ['gdpr'] });
    expect((await betrace!.json('POST', '/v1/mutes', { rule_id: 'muted', service: 'shop' })).status).toBe(201);
    await send('one', 'request', { duration: 2e9 });
    await settled();
    await eventually(
      'the mute',
      async () => ((await metric('betrace_notifications_muted_total{receiver="chat"}')) === 1 ? true : undefined),
      60_000,
    );
    await send('two', 'request', { duration: 2e9, service: 'stock' });
    await settled();
    const told = await taken(3);
    expect(told.map(({ data }) => data.rule_id).sort()).toEqual(['muted', 'told', 'told']);
    expect(await metric('betrace_notifications_sent_total{receiver="nobody"}')).toBe(0);
  });

  it('gets a muted violation when it gets worse, with those that made it worse', async () => {
    await start([{ name: 'chat', webhook: hook.url }]);
    await rule({ id: 'slow', name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' });
    const mute = await betrace!.json<{ id: string }>('POST', '/v1/mutes', { rule_id: 'slow', worse_above: 3 });
    expect(mute.status).toBe(201);
    for (const trace of ['one', 'two', 'three']) await send(trace, 'request', { duration: 2e9 });
    const muted = () => metric('betrace_notifications_muted_total{receiver="chat"}');
    await eventually('the mute', async () => ((await muted()) === 3 ? true : undefined), 60_000);
    await send('four', 'request', { duration: 2e9 });
    await send('five', 'request', { duration: 2e9 });
    const told = await taken(2);
    expect(told.map(({ data }) => data.trace_id).sort()).toEqual(['five', 'four']);
    expect([hook.taken.length, await muted()]).toEqual([2, 3]);
    const { mutes } = (await betrace!.json<{ mutes: object[] }>('GET', '/v1/mutes?active=false')).body;
    expect(mutes).toEqual([expect.objectContaining({ id: mute.body.id, active: false, got_worse: true, ended_at: expect.any(String) })]);
  });

  it('that is new gets violations from then on', async () => {
    await start([], true);
    await rule({ id: 'slow', name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' });
    for (let n = 0; n < 5; n++) await send(`before-${n}`, 'request', { duration: 2e9 });
    await settled();
    await betrace!.stop();
    await start([{ name: 'new', webhook: hook.url }], true);
    await send('after', 'request', { duration: 2e9 });
    await settled();
    const told = await taken(1);
    expect(told.map(({ data }) => data.trace_id)).toEqual([expect.not.stringContaining('before')]);
    expect(hook.taken).toHaveLength(1);
  });

  it('that refuses one permanently gets the others, and the refusal is reported', async () => {
    await start([{ name: 'chat', webhook: hook.url }]);
    hook.refuse = ({ body }) => (body.includes('"rule_id":"bad"') ? 400 : undefined);
    await rule({ id: 'bad', name: 'bad', expression: 'span.duration > 1s', severity: 'HIGH' });
    await rule({ id: 'good', name: 'good', expression: 'span.duration > 1s', severity: 'HIGH' });
    for (let n = 0; n < 5; n++) await send(`t-${n}`, 'request', { duration: 2e9 });
    await taken(5);
    await eventually('the refusals', async () => (hook.refused === 5 ? true : undefined));
    expect(hook.taken.every((message) => read(message).data.rule_id === 'good')).toBe(true);
    const refused = () => metric('betrace_notifications_refused_total{receiver="chat",reason="http_400"}');
    await eventually('the count of refusals', async () => ((await refused()) >= 5 ? true : undefined));
    expect(await refused()).toBe(5);
    await eventually('the log of it', async () => (betrace!.logs().includes('refused violation') ? true : undefined));
  });
});

it('an invalid file of receivers ends the start, with its mistakes', async () => {
  const file = join(folder, 'wrong.yaml');
  await writeFile(file, 'receivers: [{ name: chat, webhok: "http://localhost" }]');
  const wrong = await BeTrace.spawn({ env: { BETRACE_NOTIFICATIONS_FILE: file } });
  expect(await wrong.exited()).toBe(1);
  expect(wrong.logs()).toContain('Did you mean webhook?');
});
