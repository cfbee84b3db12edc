import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Behind, Degraded } from '#platform';
import { StoreReadiness } from './store-readiness.js';

const CALL_TIMEOUT_MS = 20;
const UNAVAILABLE_AFTER_MS = 5_000;

describe('StoreReadiness', () => {
  let now = 0;
  /** Running checks, oldest first. */
  const asked: PromiseWithResolvers<void>[] = [];
  const readiness = () => {
    asked.length = 0;
    now = 0;
    const look = () => {
      asked.push(Promise.withResolvers<void>());
      return asked.at(-1)!.promise;
    };
    return new StoreReadiness(look, () => now, CALL_TIMEOUT_MS, UNAVAILABLE_AFTER_MS);
  };
  const refusal = (check: Promise<void>) =>
    check.then(
      () => undefined,
      (error: Error) => error,
    );

  it("returns the store's result", async () => {
    const store = readiness();
    const well = store.check();
    asked[0]!.resolve();
    await well;
    const full = refusal(store.check());
    asked[1]!.reject(new Error('full'));
    expect((await full)?.message).toBe('full');
  });

  it('reports a slow database but stays in service, with one check at a time', async () => {
    const store = readiness();
    const first = store.check();
    now = 1_200;
    asked[0]!.resolve();
    await first;
    const slow = refusal(store.check());
    now = 2_900;
    expect(await slow).toEqual(new Behind('the database is slow: no answer within 1700 ms; the last check took 1200 ms'));
    const next = store.check();
    expect(asked).toHaveLength(2);
    now = 3_600;
    asked[1]!.resolve();
    await next;
    const after = refusal(store.check());
    expect(asked).toHaveLength(3);
    expect((await after)?.message).toContain('the last check took 2400 ms');
  });

  it('takes a process with a hanging database out of service after some seconds, until it answers', async () => {
    const store = readiness();
    const first = store.check();
    asked[0]!.resolve();
    await first;
    expect(await refusal(store.check())).toBeInstanceOf(Behind);
    now = UNAVAILABLE_AFTER_MS;
    const away = await refusal(store.check());
    expect(away).toEqual(new Degraded('the database gives no answer within 5000 ms'));
    expect(away).not.toBeInstanceOf(Behind);
    const back = store.check();
    asked[1]!.resolve();
    await back;
    expect(asked).toHaveLength(2);
  });

  it('fails without an answer, before the first check and after a failed one', async () => {
    const store = readiness();
    expect(await refusal(store.check())).not.toBeInstanceOf(Behind);
    asked[0]!.reject(new Error('full'));
    await pause(0);
    const unknown = await refusal(store.check());
    expect(unknown).toBeInstanceOf(Degraded);
    expect(unknown).not.toBeInstanceOf(Behind);
  });
});
