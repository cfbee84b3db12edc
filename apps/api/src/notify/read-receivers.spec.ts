import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readReceivers } from './read-receivers.js';

describe('the file of receivers', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'betrace-receivers-'));
    writeFileSync(join(folder, 'good.secret'), `whsec_${Buffer.alloc(32, 7).toString('base64')}\n`);
    writeFileSync(join(folder, 'short.secret'), 'whsec_c2hvcnQ=');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const read = (text: string) => {
    const file = join(folder, 'receivers.yaml');
    writeFileSync(file, text);
    return readReceivers(file);
  };

  it('has Alertmanagers and webhooks, with filters, and a secret in another file', () => {
    const receivers = read(`receivers:
  - name: oncall
    alertmanager: http://alertmanager:9093
    severities: [critical, HIGH]
    console_url: https://betrace.example.com/
    fires_for: 2d
  - name: chat
    webhook: https://hooks.example.com/betrace
    secret_file: good.secret
    headers: { authorization: Bearer x }
    rules: [pii]
    tags: [gdpr]
`);
    expect(receivers).toEqual([
      {
        name: 'oncall',
        kind: 'alertmanager',
        url: 'http://alertmanager:9093',
        headers: {},
        severities: ['CRITICAL', 'HIGH'],
        rules: [],
        tags: [],
        consoleUrl: 'https://betrace.example.com',
        firesFor: 172_800_000,
      },
      {
        name: 'chat',
        kind: 'webhook',
        url: 'https://hooks.example.com/betrace',
        headers: { authorization: 'Bearer x' },
        secret: Buffer.alloc(32, 7),
        severities: [],
        rules: ['pii'],
        tags: ['gdpr'],
        firesFor: 3_600_000,
      },
    ]);
    expect(read('{"receivers": []}')).toEqual([]);
  });

  const webhook = { name: 'a', webhook: 'http://x' };
  it.each([
    [{ receivers: [{ name: 'a', webhok: 'http://x' }] }, 'receiver 1 has the unknown member "webhok". Did you mean webhook?'],
    [{ receivers: [{ name: 'a' }] }, 'must have "alertmanager" or "webhook"'],
    [{ receivers: [{ ...webhook, alertmanager: 'http://x' }] }, 'and not both'],
    [{ receivers: [{ ...webhook, webhook: 'ftp://x' }] }, 'not a URL of http or https'],
    [{ receivers: [{ ...webhook, webhook: 7 }] }, 'not a URL of http or https'],
    [{ receivers: [{ ...webhook, webhook: 'https://user:hunter2@x' }] }, 'without a user; credentials go into "headers"'],
    [{ receivers: [{ ...webhook, webhook: 'https://user:1/hunter2@x' }] }, 'without a user; credentials go into "headers"'],
    [{ receivers: [webhook, webhook] }, 'receiver 2 has the name of another'],
    [{ receivers: [{ ...webhook, name: 'a b' }] }, 'no "name" of 1 to 64'],
    [{ receivers: [{ ...webhook, severities: ['GRAVE'] }] }, 'none of CRITICAL, HIGH, MEDIUM, LOW'],
    [{ receivers: [{ ...webhook, tags: 'pci' }] }, '"tags" that are not a list of texts'],
    [{ receivers: [{ ...webhook, secret_file: 'absent' }] }, 'cannot be read: ENOENT'],
    [{ receivers: [{ ...webhook, secret_file: 'short.secret' }] }, 'at least 24 bytes'],
    [{ receivers: [{ name: 'a', alertmanager: 'http://x', secret_file: 'good.secret' }] }, 'which is for a webhook'],
    [{ receivers: [{ ...webhook, headers: { a: 'x\ny' } }] }, 'not a mapping of names to texts'],
    [{ receivers: [{ ...webhook, headers: { 'x team': 'a' } }] }, 'the header "x team", which is not the name of a header'],
    [{ receivers: [{ ...webhook, headers: { 'Content-Length': '5' } }] }, 'the header "Content-Length", which BeTrace sets itself'],
    [
      { receivers: [{ ...webhook, headers: { 'Webhook-Signature': 'v1,x' } }] },
      'the header "Webhook-Signature", which BeTrace sets itself',
    ],
    [{ receivers: [{ ...webhook, fires_for: 'soon' }] }, 'not a duration'],
    [{ receivers: [{ ...webhook, fires_for: '0s' }] }, 'not a duration'],
    [{ receivers: ['a'] }, 'is not a mapping'],
    [{ receiver: [] }, 'there is no "receiver"'],
    [{}, 'no list "receivers"'],
    [[], 'no list "receivers"'],
  ])('reports every mistake: %j', (content, said) => {
    expect(() => read(JSON.stringify(content))).toThrow(said);
  });

  it('quotes no secret, and no line of a secret', () => {
    writeFileSync(join(folder, 'wrong.secret'), 'the-secret-of-the-house');
    const told = { receivers: [{ ...webhook, webhook: 'https://user:of-the-house@x' }] };
    expect(() => read(JSON.stringify(told))).toThrow(/^(?!.*of-the-house)/s);
    expect(() => read('receivers: [')).toThrow('line 1 is neither YAML nor JSON');
    expect(() => read(JSON.stringify({ receivers: [{ ...webhook, secret_file: 'wrong.secret' }] }))).toThrow(/^(?!.*of-the-house)/s);
  });
});
