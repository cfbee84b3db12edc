import { createHash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIGURATION, type Configuration } from '../configuration/configuration.js';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** The API key, if one is configured. Compared in constant time, also for keys of another length. */
@Injectable()
export class ApiKey {
  /** Lower case, as Node's HTTP and gRPC metadata have it. */
  readonly header: string;
  readonly required: boolean;
  /** Who a request with the key is, where changes are noted. */
  readonly name = 'api-key';
  private readonly expected: Buffer | undefined;

  constructor(@Inject(CONFIGURATION) { authentication }: Configuration) {
    this.header = authentication.apiKeyHeader.toLowerCase();
    this.required = authentication.apiKey !== undefined;
    this.expected = authentication.apiKey === undefined ? undefined : digest(authentication.apiKey);
  }

  /** Whether a request with this header value may pass. */
  accepts(value: string | undefined): boolean {
    if (this.expected === undefined) return true;
    return value !== undefined && timingSafeEqual(digest(value), this.expected);
  }
}
