import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationError } from '../configuration/configuration-error.js';
import { CONFIGURATION, type Configuration } from '../configuration/settings/configuration.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { type NamedKey, readKeys } from './keys-file.js';
import type { KeyScope } from './scopes.js';

/** Milliseconds between two checks whether the file of keys changed. */
const CHECK_INTERVAL_MS = 2_000;

/** The owner of a key. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly KeyScope[];
}

/** The caller with `authentication.api_key`, who may do everything. */
const SINGLE = 'api-key';

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * The configured API keys: `authentication.api_key`, which may do everything, and the keys of a file with their scopes. The file is read again when it changes.
 * An unreadable or invalid file is logged, and the former keys stay valid.
 */
@Injectable()
export class ApiKeys {
  /** In lower case, like the headers of Node and the metadata of gRPC. */
  readonly header: string;
  readonly required: boolean;
  private readonly single: readonly NamedKey[];
  private readonly file: string | undefined;
  private keys: readonly NamedKey[];
  private seen = '';
  private lookedAt = 0;
  /** Why the file could not be read; logged once. */
  private failure = '';

  /** Throws a ConfigurationError when the file of keys is unreadable or invalid. */
  constructor(
    @Inject(CONFIGURATION) { authentication }: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const { apiKey, apiKeyHeader, apiKeysFile } = authentication;
    this.header = apiKeyHeader.toLowerCase();
    this.required = apiKey !== undefined || apiKeysFile !== undefined;
    this.single = apiKey === undefined ? [] : [{ name: SINGLE, hash: digest(apiKey), scopes: ['admin'] }];
    this.file = apiKeysFile;
    this.keys = this.single;
    if (this.file === undefined) return;
    try {
      this.seen = mark(this.file);
      this.lookedAt = performance.now();
      this.keys = [...this.single, ...readKeys(readFileSync(this.file, 'utf8'))];
    } catch (error) {
      const message = `${this.file} cannot be used: ${(error as Error).message}`;
      throw new ConfigurationError([
        { key: 'authentication.api_keys_file', source: 'environment variable BETRACE_API_KEYS_FILE', message },
      ]);
    }
  }

  /** The owner of the key in a header value; undefined: an unknown key. Compares with every key in constant time, whatever the length. */
  caller(value: string | undefined): Caller | undefined {
    this.look();
    // An empty header is not a key, even if a file of keys has its hash.
    if (value === undefined || value === '') return undefined;
    const hash = digest(value);
    let found: Caller | undefined;
    for (const key of this.keys) if (timingSafeEqual(key.hash, hash)) found = key;
    return found;
  }

  /** Why the current file is not in force; empty if it is. */
  trouble(): string {
    this.look();
    return this.failure === '' ? '' : `authentication.api_keys_file is not in force: ${this.failure}; the keys that it had before are`;
  }

  private look(): void {
    if (this.file === undefined || performance.now() - this.lookedAt < CHECK_INTERVAL_MS) return;
    this.lookedAt = performance.now();
    try {
      const fileMark = mark(this.file);
      if (fileMark === this.seen) {
        // The file in force was missing, and is back.
        this.failure = '';
        return;
      }
      const keys = readKeys(readFileSync(this.file, 'utf8'));
      // Only after reading: an unreadable file is tried again, or a withdrawn key would stay valid.
      this.seen = fileMark;
      this.keys = [...this.single, ...keys];
      this.failure = '';
      this.logger.info({ keys: keys.length }, 'API keys reloaded');
    } catch (error) {
      const { message } = error as Error;
      if (message === this.failure) return;
      this.failure = message;
      // The former keys stay valid: a file that is being written must not lock all callers out.
      this.logger.error({ err: error }, `the API keys of ${this.file} cannot be read; the previous ones stay in force`);
    }
  }
}

/** Changes with the file, and with the target of a symbolic link. */
function mark(file: string): string {
  const { ino, size, mtimeMs } = statSync(file);
  return `${ino} ${size} ${mtimeMs}`;
}
