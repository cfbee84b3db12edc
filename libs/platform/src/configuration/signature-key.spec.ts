import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadConfiguration } from './load.js';
import { signatureKey } from './signature-key.js';

const key = (environment: Record<string, string>) => signatureKey(loadConfiguration({ environment, directory: '/nowhere' }).configuration);

describe('the signature key', () => {
  it('is the configured one', () => expect(key({ BETRACE_SIGNATURE_KEY: 'mine' })).toEqual({ key: 'mine' }));

  it('is "changeme" in development, and says so', () => {
    expect(key({})).toEqual({ key: 'changeme', notice: expect.stringContaining('proves nothing') });
  });

  it('is never "changeme" in production', () => {
    expect(() => key({ BETRACE_SIGNATURE_KEY: 'changeme', BETRACE_STORAGE_PATH: '/x' })).toThrow(/refused in production/);
    expect(() => key({ KAFKA_BROKERS: 'broker:9092' })).toThrow(/openssl rand/);
  });

  it('is made once and kept beside the data, for its owner only', () => {
    const directory = mkdtempSync(join(tmpdir(), 'betrace-key-'));
    try {
      const made = key({ BETRACE_STORAGE_PATH: directory });
      expect(Buffer.from(made.key, 'base64')).toHaveLength(32);
      expect(made.notice).toContain('keep a copy');
      expect(key({ BETRACE_STORAGE_PATH: directory })).toEqual({ key: made.key });
      expect(statSync(join(directory, 'signature.key')).mode & 0o777).toBe(0o600);
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
