import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from './load-configuration.js';
import { lookAfterKey, privateSignatureKey, signatureKey } from './signature-key.js';

const key = (environment: Record<string, string>) => signatureKey(loadConfiguration({ environment, directory: '/nowhere' }).configuration);

describe('the signature key', () => {
  it('is the configured one', () => expect(key({ BETRACE_SIGNATURE_KEY: 'mine' })).toEqual({ key: 'mine' }));

  it('is "changeme" in development, with a notice', () => {
    expect(key({})).toEqual({ key: 'changeme', notice: expect.stringContaining('proves nothing') });
  });

  it('is never "changeme" in production', () => {
    expect(() => key({ BETRACE_SIGNATURE_KEY: 'changeme', BETRACE_STORAGE_PATH: '/x' })).toThrow(/refused in production/);
    expect(() => key({ KAFKA_BROKERS: 'broker:9092' })).toThrow(/openssl rand/);
  });

  it('is generated once and stored with the data, readable by its owner only', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-key-'));
    try {
      const made = key({ BETRACE_STORAGE_PATH: directory });
      expect(Buffer.from(made.key, 'base64')).toHaveLength(32);
      expect(made.notice).toContain('keep a copy');
      const file = join(directory, 'signature.key');
      expect(key({ BETRACE_STORAGE_PATH: directory })).toEqual({ key: made.key, file });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is written again when its file is deleted, and reported when the file holds another key', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-key-'));
    try {
      const made = key({ BETRACE_STORAGE_PATH: directory });
      const file = join(directory, 'signature.key');
      expect(lookAfterKey(made)).toBe('ok');
      rmSync(file);
      expect(lookAfterKey(made)).toBe('restored');
      expect(key({ BETRACE_STORAGE_PATH: directory }).key).toBe(made.key);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      writeFileSync(file, `${'x'.repeat(44)}\n`);
      expect(() => lookAfterKey(made)).toThrow(/holds another key than the one that signs/);
      expect(lookAfterKey({ key: 'configured' })).toBe('ok');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('is read from a file unless it is set directly; an empty file is refused, not replaced', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-key-'));
    const file = join(directory, 'key');
    try {
      const environment = { BETRACE_SIGNATURE_KEY_FILE: file, KAFKA_BROKERS: 'broker:9092' };
      expect(() => key(environment)).toThrow(/BETRACE_SIGNATURE_KEY_FILE: the signature key cannot be read/);
      writeFileSync(file, ' \n');
      expect(() => key(environment)).toThrow(/is empty/);
      writeFileSync(file, 'a secret of the file\n');
      expect(key(environment)).toEqual({ key: 'a secret of the file' });
      expect(key({ ...environment, BETRACE_SIGNATURE_KEY: 'mine' })).toEqual({ key: 'mine' });
      writeFileSync(file, 'changeme\n');
      expect(() => key(environment)).toThrow(/refused in production/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('names the storage path when that cannot be written', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-key-'));
    writeFileSync(join(directory, 'file'), '');
    expect(() => key({ BETRACE_STORAGE_PATH: join(directory, 'file', 'below') })).toThrow(/give another --storage-path/);
    rmSync(directory, { recursive: true });
  });
});

describe('the private key', () => {
  const privateKey = (value?: string) =>
    privateSignatureKey(
      loadConfiguration({ environment: value === undefined ? {} : { BETRACE_PRIVATE_KEY: value }, directory: '/nowhere' }).configuration,
    );
  const { privateKey: made } = generateKeyPairSync('ed25519');
  const pem = made.export({ type: 'pkcs8', format: 'pem' }).toString();
  const der = made.export({ type: 'pkcs8', format: 'der' }).toString('base64');

  it('is PEM, also with escaped line ends, or base64', () => {
    expect(privateKey()).toBeUndefined();
    expect(privateKey(pem)?.trim()).toBe(pem.trim());
    expect(privateKey(pem.replaceAll('\n', '\\n'))?.trim()).toBe(pem.trim());
    expect(privateKey(der)).toBe(der);
  });

  it('is read from the file of a path; a missing file is reported without the configured value', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-key-'));
    try {
      const file = join(directory, 'private.pem');
      writeFileSync(file, pem);
      expect(privateKey(file)).toBe(pem);
      expect(() => privateKey(join(directory, 'nowhere.pem'))).toThrow(
        /neither a PEM nor a file that can be read: ENOENT.*openssl genpkey/,
      );
      expect(() => privateKey(directory)).toThrow(/EISDIR/);
      expect(() => privateKey('a secret that was pasted by mistake')).toThrow(/^(?!.*pasted)/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
