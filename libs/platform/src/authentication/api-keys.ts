import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../configuration/configuration.js';
import { ConfigurationError } from '../configuration/configuration-error.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { type NamedKey, readKeys } from './keys-file.js';
import type { Scope } from './scopes.js';

/** Milliseconds between two looks at whether the file of keys is another one. */
const LOOK = 2_000;

/** Who brought a key. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** The one that a server has by `authentication.api_key`: it may do everything. */
const SINGLE = 'api-key';

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * The keys that requests may bring, if any are configured: one of the settings, which may do everything, and those of a file with their scopes. The file is read
 * again when it is another one; an unreadable or wrong one changes nothing, and is logged.
 */
@Injectable()
export class ApiKeys {
  /** Lower case, as Node's HTTP and gRPC metadata have it. */
  readonly header: string;
  readonly required: boolean;
  private readonly single: readonly NamedKey[];
  private readonly file: string | undefined;
  private keys: readonly NamedKey[];
  private seen = '';
  private lookedAt = 0;
  /** Why the file could not be read; logged once. */
  private failure = '';

  /** Throws a ConfigurationError when the file of keys cannot be read or is wrong. */
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

  /** Whose key this header value is; undefined: nobody's. Compared with every key, in constant time, also values of another length. */
  caller(value: string | undefined): Caller | undefined {
    this.look();
    if (value === undefined) return undefined;
    const hash = digest(value);
    let found: Caller | undefined;
    for (const key of this.keys) if (timingSafeEqual(key.hash, hash)) found = key;
    return found;
  }

  /** Why the present file is not in force; empty: it is. */
  trouble(): string {
    this.look();
    return this.failure === '' ? '' : `authentication.api_keys_file is not in force: ${this.failure}; the keys that it had before are`;
  }

  private look(): void {
    if (this.file === undefined || performance.now() - this.lookedAt < LOOK) return;
    this.lookedAt = performance.now();
    try {
      const seen = mark(this.file);
      if (seen === this.seen) return;
      const keys = readKeys(readFileSync(this.file, 'utf8'));
      // Only now: what could not be read is looked at again, or a key that was withdrawn would go on to work.
      this.seen = seen;
      this.keys = [...this.single, ...keys];
      this.failure = '';
      this.logger.info({ keys: keys.length }, 'API keys reloaded');
    } catch (error) {
      const { message } = error as Error;
      if (message === this.failure) return;
      this.failure = message;
      // The former keys stay valid: a file that is being written must not lock everybody out.
      this.logger.error({ err: error }, `the API keys of ${this.file} cannot be read; the previous ones stay in force`);
    }
  }
}

/** Changes with the file, also where a symbolic link to it is exchanged. */
function mark(file: string): string {
  const { ino, size, mtimeMs } = statSync(file);
  return `${ino} ${size} ${mtimeMs}`;
}
