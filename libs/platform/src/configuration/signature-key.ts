import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Degraded } from '../health/health-recorder.js';
import { prepareStorage } from '../storage/storage-directory.js';
import { ConfigurationError } from './configuration-error.js';
import type { Configuration } from './settings/configuration.js';

/** The key of the guides' examples: everyone knows it. */
const DEVELOPMENT_KEY = 'changeme';

export interface SignatureKey {
  readonly key: string;
  /** The file of a generated key. */
  readonly file?: string;
  /** To be logged as a warning. */
  readonly notice?: string;
}

/**
 * The secret that signs violations: configured directly, or in a file, or `changeme` in development. With a storage path it is generated once and stored there,
 * readable by its owner only. Throws a ConfigurationError without any of these: several processes need the same key, so none is generated. Throws one also for
 * `changeme` in production.
 */
export function signatureKey(configuration: Configuration): SignatureKey {
  const { compliance, process, storage, kafka } = configuration;
  const production = process.environment === 'production';
  const configured = compliance.signatureKey ?? keyInFile(compliance.signatureKeyFile);
  if (configured !== undefined && (configured !== DEVELOPMENT_KEY || !production)) return { key: configured };
  if (configured === undefined && !production) {
    return {
      key: DEVELOPMENT_KEY,
      notice: `violations are signed with the development key "${DEVELOPMENT_KEY}", which proves nothing; set BETRACE_SIGNATURE_KEY`,
    };
  }
  if (configured === undefined && storage.path !== undefined && kafka.brokers.length === 0) return keptKey(storage.path);
  const problem = configured === undefined ? 'is not set' : `is "${DEVELOPMENT_KEY}", which is refused in production`;
  const message = `the signature key ${problem}; set it to the output of "openssl rand -base64 32", or set BETRACE_ENVIRONMENT=development`;
  throw new ConfigurationError([{ key: 'compliance.signature_key', source: 'environment variable BETRACE_SIGNATURE_KEY', message }]);
}

/** Former signature keys, which only verify. Throws a ConfigurationError when their file is unreadable. */
export function formerSignatureKeys({ compliance: { formerSignatureKeysFile: file } }: Configuration): readonly string[] {
  if (file === undefined) return [];
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
  } catch (error) {
    const message = `the former signature keys cannot be read: ${(error as Error).message}`;
    const source = 'environment variable BETRACE_FORMER_SIGNATURE_KEYS_FILE';
    throw new ConfigurationError([{ key: 'compliance.former_signature_keys_file', source, message }]);
  }
}

/**
 * The private key for public signatures: PEM (line ends may be `\n` in text, as in environment files), base64 of its DER, or the path of a file with either.
 * Throws a ConfigurationError when the file is unreadable.
 */
export function privateSignatureKey({ compliance: { privateKey } }: Configuration): string | undefined {
  if (privateKey === undefined) return undefined;
  if (privateKey.includes('-----BEGIN')) return privateKey.replaceAll('\\n', '\n');
  if (/^[A-Za-z0-9+/=\s]{60,}$/.test(privateKey) && !existsSync(privateKey)) return privateKey;
  try {
    return readFileSync(privateKey, 'utf8');
  } catch (error) {
    const message = `it is neither a PEM nor a file that can be read: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}; make a key by "openssl genpkey -algorithm ed25519 -out private.pem"`;
    throw new ConfigurationError([{ key: 'compliance.private_key', source: 'environment variable BETRACE_PRIVATE_KEY', message }]);
  }
}

function keyInFile(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw fileError(`the signature key cannot be read: ${(error as Error).message}`);
  }
  if (key === '') throw fileError(`${file} is empty; write the output of "openssl rand -base64 32" to it`);
  return key;
}

function fileError(message: string): ConfigurationError {
  const source = 'environment variable BETRACE_SIGNATURE_KEY_FILE';
  return new ConfigurationError([{ key: 'compliance.signature_key_file', source, message }]);
}

function keptKey(directory: string): SignatureKey {
  const file = join(directory, 'signature.key');
  try {
    prepareStorage(directory);
    const made = randomBytes(32).toString('base64');
    try {
      writeFileSync(file, `${made}\n`, { mode: 0o600, flag: 'wx', flush: true });
      return { key: made, file, notice: `a signature key was made and is kept in ${file}; keep a copy, or set BETRACE_SIGNATURE_KEY` };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const stored = readFileSync(file, 'utf8').trim();
      if (stored.length < 32) throw new Error(`${file} holds no key (an interrupted first start?); delete it or set BETRACE_SIGNATURE_KEY`);
      return { key: stored, file };
    }
  } catch (error) {
    const message = `no signature key can be kept in ${directory}: ${(error as Error).message}; give another --storage-path, or set BETRACE_SIGNATURE_KEY`;
    throw new ConfigurationError([{ key: 'storage.path', source: 'storage.path', message }]);
  }
}

/**
 * Checks the file of a generated key while the process runs. A deleted file is written again, since the key is still in memory. Throws Degraded when it holds
 * another key, which would sign after the next start.
 */
export function lookAfterKey({ key, file }: SignatureKey): 'ok' | 'restored' {
  if (file === undefined) return 'ok';
  try {
    writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx', flush: true });
    return 'restored';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new Degraded(`${file} was deleted and cannot be written again: ${(error as Error).message}`);
  }
  if (readFileSync(file, 'utf8').trim() === key) return 'ok';
  throw new Degraded(
    `${file} holds another key than the one that signs; restore it before the next start, or what is signed now cannot be verified then`,
  );
}
