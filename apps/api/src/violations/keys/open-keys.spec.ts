import { generateKeyPairSync } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfiguration, signatureKey } from '#platform';
import { keyRing, signViolation, verifyViolation } from '#signing';
import { openStore, type Store } from '#store';
import { openKeys } from './open-keys.js';

describe('the keys of the violations', () => {
  let directory: string;
  let store: Store;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'betrace-keys-'));
    store = await openStore({ kind: 'sqlite', path: directory });
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const configuration = (environment: Record<string, string> = {}) =>
    loadConfiguration({ environment: { BETRACE_STORAGE_PATH: directory, ...environment }, directory: '/nowhere' }).configuration;
  const open = (environment: Record<string, string> = {}) => openKeys(store, configuration(environment), () => 1);
  const file = () => join(directory, 'signature.key');

  it('a lost signature.key is an error at each start, never silently replaced, until it is restored', async () => {
    const { current } = await open();
    copyFileSync(file(), join(directory, 'backup'));
    expect((await open()).current.id).toBe(current.id);
    rmSync(file());
    for (let start = 0; start < 2; start++) {
      await expect(open()).rejects.toThrow(new RegExp(`BT_SIGNING_KEY_LOST: .*key ${current.id}.*${file()}.*new_signature_key`));
    }
    copyFileSync(join(directory, 'backup'), file());
    expect((await open()).current.id).toBe(current.id);
  });

  it('a new key is made once on request', async () => {
    const { current } = await open();
    rmSync(file());
    const renewed = await open({ BETRACE_NEW_SIGNATURE_KEY: 'true' });
    expect(renewed.current.id).not.toBe(current.id);
    expect((await open()).current.id).toBe(renewed.current.id);
  });

  it('a configured key that is removed is reported as lost, and one that is added is accepted', async () => {
    await open({ BETRACE_SIGNATURE_KEY: 'the first key of the settings' });
    await open({ BETRACE_SIGNATURE_KEY: 'the second key of the settings' });
    await expect(open()).rejects.toThrow(/BT_SIGNING_KEY_LOST/);
  });

  it('a first start in production after development makes its key', async () => {
    await openKeys(store, loadConfiguration({ environment: {}, directory: '/nowhere' }).configuration, () => 1);
    await expect(open()).resolves.toBeDefined();
  });

  it('a former private key still verifies its violations', async () => {
    const pem = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const former = { BETRACE_PRIVATE_KEY: pem() };
    await open(former);
    const signing = keyRing({ key: signatureKey(configuration()).key, privateKey: former.BETRACE_PRIVATE_KEY, development: false });
    const violation = signViolation({ id: 'a', revision: 1 }, signing);
    rmSync(file());
    const ring = await open({ BETRACE_PRIVATE_KEY: pem(), BETRACE_NEW_SIGNATURE_KEY: 'true' });
    expect(verifyViolation(violation, ring)).toEqual({ valid: true, signature: 'unknown-key', publicSignature: 'valid' });
    expect(verifyViolation({ ...violation, id: 'b' }, ring)).toMatchObject({ valid: false, publicSignature: 'invalid' });
  });

  it('former secrets verify from their file, one per line; without it their key is unknown, not invalid', async () => {
    const [first, second, third] = ['the first key of the settings', 'the second key of the settings', 'the third key of the settings'];
    const signed = (key: string) => signViolation({ id: 'a', revision: 1 }, keyRing({ key, development: false }));
    const former = join(directory, 'former.keys');
    writeFileSync(former, `# rotated in May\n${first}\r\n\n  ${second}  \n`);
    await open({ BETRACE_SIGNATURE_KEY: first });
    await open({ BETRACE_SIGNATURE_KEY: second });
    const ring = await open({ BETRACE_SIGNATURE_KEY: third, BETRACE_FORMER_SIGNATURE_KEYS_FILE: former });
    for (const key of [first, second, third]) expect(verifyViolation(signed(key), ring)).toMatchObject({ valid: true, signature: 'valid' });
    const alone = await open({ BETRACE_SIGNATURE_KEY: third });
    expect(verifyViolation(signed(first), alone)).toMatchObject({ valid: null, signature: 'unknown-key' });
    // The name of a former key does not make a forged record valid.
    expect(verifyViolation({ ...signed(first), id: 'b' }, ring)).toMatchObject({ valid: false, signature: 'invalid' });
    const missing = { BETRACE_SIGNATURE_KEY: third, BETRACE_FORMER_SIGNATURE_KEYS_FILE: join(directory, 'nowhere') };
    await expect(open(missing)).rejects.toThrow(/former signature keys cannot be read/);
  });

  it('a replaced signature.key is accepted when the old one is configured as a former key', async () => {
    const { current } = await open();
    const former = join(directory, 'former.keys');
    copyFileSync(file(), former);
    rmSync(file());
    const ring = await open({ BETRACE_FORMER_SIGNATURE_KEYS_FILE: former });
    expect(ring.current.id).not.toBe(current.id);
    expect([...ring.secrets.keys()]).toContain(current.id);
  });

  it('a replaced key ends at the start with its successor, and signs again when it comes back', async () => {
    const pem = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const [first, second] = ['the first key of the settings', 'the second key of the settings'];
    const untils = async (key: string, privateKey: string | undefined, now: number) => {
      const environment = { BETRACE_SIGNATURE_KEY: key, ...(privateKey === undefined ? {} : { BETRACE_PRIVATE_KEY: privateKey }) };
      await openKeys(store, configuration(environment), () => now);
      return (await store.signatureKeys()).map(({ origin, since, until }) => [origin, since, until]).sort();
    };
    const one = pem();
    expect(await untils(first, one, 10)).toEqual([
      ['configured', 10, undefined],
      ['public', 10, undefined],
    ]);
    expect(await untils(second, one, 20)).toEqual([
      ['configured', 10, 20],
      ['configured', 20, undefined],
      ['public', 10, undefined],
    ]);
    expect(await untils(second, undefined, 30)).toEqual([
      ['configured', 10, 20],
      ['configured', 20, undefined],
      ['public', 10, 30],
    ]);
    expect(await untils(first, one, 40)).toEqual([
      ['configured', 10, undefined],
      ['configured', 20, 40],
      ['public', 10, undefined],
    ]);
  });
});
