import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { keyRing, publicPem, signViolation } from '#signing';
import { closeFakeServers, fakeServer } from '../../testing/fake-server.js';
import { betrace } from '../../testing/fake-terminal.js';
import { removeTemporaryFiles, temporaryFiles } from '../../testing/temporary-files.js';

afterAll(() => {
  removeTemporaryFiles();
  closeFakeServers();
});

describe('betrace verify', () => {
  const violation = { id: 'viol-1', revision: 1, status: 'open', timestamp_ms: 1_699_000_002_000, explanation: { summary: 'é' } };
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const secret = 'a secret that nobody else knows';
  const keys = keyRing({ key: secret, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), development: false });
  const signed = { ...signViolation(violation, keys), timestamp: 1_699_000_002 };
  const environment = { BETRACE_SIGNATURE_KEY: secret };

  it('distinguishes signed records from changed ones', async () => {
    const files = temporaryFiles({
      'good.json': JSON.stringify({ violations: [signed], total: 1 }),
      'bad.json': JSON.stringify([{ ...signed, status: 'retracted' }]),
      'one.json': JSON.stringify(signed),
      'summary.json': JSON.stringify([{ id: 'viol-1', timestamp: 5 }]),
      'public.pem': publicPem(publicKey),
    });
    expect(await betrace(['verify', join(files, 'good.json')], { environment })).toMatchObject({
      code: 0,
      out: expect.stringContaining('1 of 1 valid'),
    });
    expect(await betrace(['verify', join(files, 'one.json')], { environment })).toMatchObject({ code: 0 });
    expect(await betrace(['verify', '-'], { environment, stdin: JSON.stringify([signed]) })).toMatchObject({ code: 0 });
    const seconds = Math.floor((signed as unknown as { timestamp_ms: number }).timestamp_ms / 1_000);
    const answered = (timestamp: unknown) => betrace(['verify', '-'], { environment, stdin: JSON.stringify({ ...signed, timestamp }) });
    expect(await answered(seconds)).toMatchObject({ code: 0 });
    for (const other of [seconds + 1, String(seconds), null]) expect(await answered(other)).toMatchObject({ code: 1 });
    const twice = JSON.stringify(signed).replace('{', '{"key_id":"x",');
    expect(await betrace(['verify', '-'], { environment, stdin: twice })).toMatchObject({ code: 2, err: expect.stringContaining('twice') });
    const bad = await betrace(['verify', '--output=json', join(files, 'bad.json')], { environment });
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out).violations[0]).toMatchObject({ id: 'viol-1', valid: false, signature: 'invalid' });
    const auditor = await betrace(['verify', '--public-key', join(files, 'public.pem'), join(files, 'good.json')]);
    expect(auditor).toMatchObject({ code: 0, out: expect.stringContaining('public signature valid') });
    const other = await betrace(['verify', '--key-env', 'OTHER', join(files, 'good.json')], { environment: { OTHER: 'x' } });
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('UNKNOWN viol-1  signature unknown-key') });
    const asJson = await betrace(['verify', '--output=json', '--key-env', 'OTHER', join(files, 'good.json')], {
      environment: { OTHER: 'x' },
    });
    expect([asJson.code, JSON.parse(asJson.out).violations[0].valid]).toEqual([1, null]);
    expect(await betrace(['verify', join(files, 'summary.json')], { environment })).toMatchObject({
      code: 2,
      err: expect.stringContaining('view=full'),
    });
  });

  it('reads all pages of a server, with its API key', async () => {
    const url = await fakeServer((path, headers) => {
      if (headers['x-api-key'] !== 'k') return [401, { detail: 'no key' }];
      return [200, path.includes('after=2') ? { violations: [signed] } : { violations: [signed], next: '2' }];
    });
    const all = await betrace(['verify', '--url', url, '-q'], { environment: { ...environment, BETRACE_API_KEY: 'k' } });
    expect(all).toEqual({ code: 0, out: '2 of 2 valid\n', err: '' });
    expect(await betrace(['verify', '--url', url], { environment })).toMatchObject({
      code: 2,
      err: expect.stringContaining('answers 401: no key'),
    });
  });
});
