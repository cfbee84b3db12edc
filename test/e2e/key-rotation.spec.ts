import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const TIMEOUT_MS = 60_000;

interface Key {
  readonly id: string;
  readonly algorithm: string;
  readonly current: boolean;
  readonly verifies: boolean;
  readonly public_key?: string;
}

/** Both keys are replaced while older violations are stored, as in docs/operations/keys.md. */
describe('rotation of keys', () => {
  let betrace: BeTrace | undefined;
  let folder: Awaited<ReturnType<typeof storageFolder>> | undefined;
  afterEach(async () => {
    await betrace?.kill();
    await folder?.remove();
  });

  const [first, second] = ['b2xkIGtleSBvZiB0aGUgdGVzdHM=', 'bmV3IGtleSBvZiB0aGUgdGVzdHM='];
  const pem = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  const start = async (env: Readonly<Record<string, string>>) => {
    await betrace?.stop();
    betrace = await BeTrace.start({ env });
    return betrace;
  };
  const violate = async (of: BeTrace, trace: string): Promise<string> => {
    const span = { trace_id: trace, span_id: 'a', name: 'bad', start_time: 0, duration: 1 };
    expect((await of.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
    const found = async () => {
      const { body } = await of.json<{ violations: { id: string }[] }>('GET', `/v1/violations?trace_id=${trace}`);
      return body.violations[0]?.id;
    };
    return eventually('a violation', found, TIMEOUT_MS);
  };
  const verify = async (of: BeTrace, id: string) => (await of.json('POST', `/v1/violations/${id}/verify`, {})).body;
  const keys = async (of: BeTrace) => (await of.json<{ keys: Key[] }>('GET', '/v1/keys')).body.keys;

  it('keeps older violations verifiable, and names a missing key', async () => {
    folder = await storageFolder();
    const common = { BETRACE_STORAGE_PATH: folder.path };
    const file = join(folder.path, 'first.pem');
    writeFileSync(file, pem());
    const old = await start({ ...common, BETRACE_SIGNATURE_KEY: first, BETRACE_PRIVATE_KEY: file });
    const rule = { id: 'bad', name: 'bad', expression: 'span.name == "bad"', severity: 'HIGH' };
    expect((await old.json('POST', '/v1/rules', rule)).status).toBe(201);
    const before = await violate(old, 'rotation-1');
    expect(await verify(old, before)).toMatchObject({ valid: true, signature: 'valid', public_signature: 'valid' });

    const former = join(folder.path, 'former.keys');
    writeFileSync(former, `${first}\n`);
    const rotated = { ...common, BETRACE_SIGNATURE_KEY: second, BETRACE_PRIVATE_KEY: pem() };
    const present = await start({ ...rotated, BETRACE_FORMER_SIGNATURE_KEYS_FILE: former });
    const after = await violate(present, 'rotation-2');
    for (const id of [before, after])
      expect(await verify(present, id)).toMatchObject({ valid: true, signature: 'valid', public_signature: 'valid' });
    const listed = await keys(present);
    expect(listed.map(({ algorithm, current, verifies }) => [algorithm, current, verifies])).toEqual(
      expect.arrayContaining([
        ['hmac-sha256', false, true],
        ['hmac-sha256', true, true],
        ['ed25519', false, true],
        ['ed25519', true, true],
      ]),
    );
    expect(listed).toHaveLength(4);
    for (const { algorithm, public_key } of listed) {
      if (algorithm === 'ed25519') expect(public_key).toMatch(/^-----BEGIN PUBLIC KEY-----/);
      else expect(public_key).toBeUndefined();
    }
    for (const secret of [first, second, 'PRIVATE']) expect(JSON.stringify(listed)).not.toContain(secret);

    const without = await start(rotated);
    expect(await verify(without, before)).toMatchObject({ valid: true, signature: 'unknown-key', public_signature: 'valid' });
    expect((await keys(without)).filter(({ verifies }) => !verifies)).toHaveLength(1);
  });
});
