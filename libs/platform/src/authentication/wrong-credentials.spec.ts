import { afterEach, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { HealthRecorder } from '../health/health-recorder.js';
import { createLogger } from '../logging/logger.js';
import { startApp } from '../run-app.js';
import { WrongCredentials } from './wrong-credentials.js';

describe('guesses of keys', () => {
  const MINUTE = 60_000;
  const watch = (limit = 3) => {
    let now = 0;
    const warnings: string[] = [];
    const guesses = new WrongCredentials(
      limit,
      () => now,
      (sentence) => void warnings.push(sentence),
    );
    const refused = (address: string, key: string): boolean => {
      try {
        guesses.admit(address, key);
        return false;
      } catch (error) {
        expect(error).toMatchObject({ code: 'BT_HTTP_TOO_MANY_WRONG_KEYS', status: 429 });
        return true;
      }
    };
    const pass = (ms: number) => void (now += ms);
    return { guesses, refused, warnings, pass };
  };
  const guess = ({ guesses }: ReturnType<typeof watch>, address: string, keys: readonly string[]) => {
    for (const key of keys) guesses.wereWrong(address, key);
  };

  it('are refused unchecked after too many from one address, for the rest of the minute', () => {
    const watched = watch();
    guess(watched, '192.0.2.1', ['a', 'b']);
    expect(watched.refused('192.0.2.1', 'c')).toBe(false);
    guess(watched, '192.0.2.1', ['c']);
    expect(watched.refused('192.0.2.1', 'd')).toBe(true);
    expect(watched.refused('192.0.2.2', 'd')).toBe(false);
    expect(watched.warnings).toEqual([expect.stringContaining('192.0.2.1 brought 3 wrong keys or tokens')]);
    watched.pass(MINUTE);
    expect(watched.refused('192.0.2.1', 'd')).toBe(false);
  });

  it('do not lock out a caller with a known key behind the same proxy', () => {
    const watched = watch();
    watched.guesses.wereRight('right');
    guess(watched, '192.0.2.1', ['a', 'b', 'c']);
    expect(watched.refused('192.0.2.1', 'right')).toBe(false);
    watched.guesses.wereWrong('192.0.2.9', 'right');
    expect(watched.refused('192.0.2.1', 'right')).toBe(true);
  });

  it('count once when an agent repeats an old key', () => {
    const watched = watch();
    guess(watched, '192.0.2.1', Array<string>(1_000).fill('old'));
    expect(watched.refused('192.0.2.1', 'another')).toBe(false);
  });

  it('count by network, because an IPv6 client has 2^64 addresses', () => {
    const watched = watch();
    guess(watched, '2001:db8:0:7::1', ['a']);
    guess(watched, '2001:db8::7:1:2:3:4', ['b']);
    guess(watched, '2001:0DB8:0:7:ffff::', ['c']);
    expect(watched.refused('2001:db8:0:7:9::9', 'd')).toBe(true);
    expect(watched.refused('2001:db8:0:8::1', 'd')).toBe(false);
    expect(watched.refused('::ffff:192.0.2.1', 'd')).toBe(false);
  });

  it('use limited memory, for any number of addresses', () => {
    const watched = watch(1);
    for (let i = 0; i < 5_000; i++) guess(watched, `10.0.${i >> 8}.${i & 255}`, ['a']);
    expect(watched.refused('10.0.0.0', 'b')).toBe(false);
    expect(watched.refused('10.0.19.135', 'b')).toBe(true);
  });

  it('are not limited at 0', () => {
    const watched = watch(0);
    guess(watched, '192.0.2.1', ['a', 'b', 'c', 'd']);
    expect(watched.refused('192.0.2.1', 'e')).toBe(false);
  });
});

@Module({})
class NothingModule {}

describe('an application with a key', () => {
  let app: NestFastifyApplication | undefined;
  afterEach(() => app?.close());

  const start = async (environment: Readonly<Record<string, string>>) => {
    const { configuration } = loadConfiguration({ environment: { BETRACE_HTTP_PORT: '0', ...environment }, directory: '/nowhere' });
    const logger = createLogger(configuration.logging, { write: () => undefined });
    const started = await startApp({ name: 'test', module: () => NothingModule }, configuration, logger);
    app = started.app;
    const ask = (path: string, key?: string) => fetch(started.url + path, key === undefined ? {} : { headers: { 'x-api-key': key } });
    return { ask, health: started.app.get(HealthRecorder) };
  };

  it('refuses guesses unchecked above the limit, also on a public route, and never the known key or no key', async () => {
    const { ask } = await start({ BETRACE_API_KEY: 'the key', BETRACE_WRONG_KEY_LIMIT: '4' });
    const path = '/v1/accounting';
    expect((await ask(path, 'the key')).status).not.toBe(401);
    for (const guess of ['1', '2']) expect((await ask(path, guess)).status).toBe(401);
    for (const guess of ['3', '4']) expect((await ask('/ready', guess)).status).toBe(200);
    const refused = await ask(path, '5');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await refused.json()).toMatchObject({ code: 'BT_HTTP_TOO_MANY_WRONG_KEYS' });
    expect((await ask(path, 'the key')).status).not.toBe(429);
    expect((await ask(path)).status).toBe(401);
    expect((await ask('/health')).status).toBe(200);
  });

  it('hides from callers without a key which database is unreachable', async () => {
    const { ask, health } = await start({ BETRACE_API_KEY: 'the key' });
    const secret = 'the database db.internal:5432 cannot be reached';
    health.register('storage', () => {
      throw new Error(secret);
    });
    health.register('otlp_exporter', () => 'off');
    const told = async (key?: string) => {
      const answer = await ask('/ready', key);
      return { status: answer.status, ...((await answer.json()) as { checks: Record<string, string> }) };
    };
    const withheld = { status: 'not_ready', checks: { otlp_exporter: 'off', storage: expect.stringMatching(/^not ok; the reason is/) } };
    expect(await told()).toMatchObject(withheld);
    expect(await told('a guess')).toMatchObject(withheld);
    expect(await told('the key')).toMatchObject({ checks: { otlp_exporter: 'off', storage: secret } });
  });
});
