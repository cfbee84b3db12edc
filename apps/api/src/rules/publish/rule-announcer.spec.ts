import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { silent } from '../../testing/log-and-store.js';
import { RuleAnnouncer } from './rule-announcer.js';
import type { RulePublisher } from './rule-publisher.js';

/** More than the time between two checks whether a log was replaced. */
const CHECK_MS = 5_000;

describe('RuleAnnouncer', () => {
  /** The calls so far, and the reconciliations and publications that have not ended. */
  let calls: string[];
  let running: { readonly name: string; readonly ended: PromiseWithResolvers<void> }[];
  let isAnother: boolean;
  let announcer: RuleAnnouncer;

  const work = (name: string) => (): Promise<never[]> => {
    const ended = Promise.withResolvers<void>();
    calls.push(name);
    running.push({ name, ended });
    return ended.promise.then(() => []);
  };
  const publisher = {
    publish: work('publish'),
    reconcile: work('reconcile'),
    renew: work('renew'),
    publishForgotten: async () => undefined,
    isAnotherLog: async () => isAnother,
  } as unknown as RulePublisher;

  /** Ends the oldest attempt. */
  async function end(error?: Error): Promise<void> {
    const { ended } = running.shift()!;
    if (error === undefined) ended.resolve();
    else ended.reject(error);
    await jest.advanceTimersByTimeAsync(0);
  }
  const checks = (count: number) => jest.advanceTimersByTimeAsync(count * CHECK_MS);

  beforeEach(async () => {
    jest.useFakeTimers();
    calls = [];
    running = [];
    isAnother = false;
    announcer = new RuleAnnouncer(publisher, silent);
    announcer.start();
    await jest.advanceTimersByTimeAsync(0);
  });
  afterEach(async () => {
    const stopped = announcer.stop();
    while (running.length > 0) await end();
    await stopped;
    jest.useRealTimers();
  });

  it('reconciles at its start, and again only when a log was replaced', async () => {
    expect(calls).toEqual(['reconcile']);
    await end();
    await checks(3);
    expect(calls).toEqual(['reconcile']);
    isAnother = true;
    await checks(1);
    expect(calls).toEqual(['reconcile', 'reconcile']);
  });

  it('reconciles once more after an attempt during which a log was replaced, however often that is noticed meanwhile', async () => {
    isAnother = true;
    await checks(3);
    expect(calls).toEqual(['reconcile']);
    isAnother = false;
    await end();
    expect(calls).toEqual(['reconcile', 'reconcile']);
    await end();
    await checks(3);
    expect(calls).toEqual(['reconcile', 'reconcile']);
  });

  it('reconciles after a renewal of markers, which does not publish the rule sets that a replaced log lacks', async () => {
    await end();
    await jest.advanceTimersByTimeAsync(10 * 60_000);
    expect(calls).toEqual(['reconcile', 'renew']);
    isAnother = true;
    await checks(1);
    expect(calls).toEqual(['reconcile', 'renew']);
    isAnother = false;
    await end();
    expect(calls).toEqual(['reconcile', 'renew', 'reconcile']);
  });

  it('reconciles also when the former attempt fails at first, and succeeds later', async () => {
    isAnother = true;
    await checks(1);
    isAnother = false;
    await end(new Error('the log is unavailable'));
    // Its back-off has a timer that is not faked, some 100 ms.
    for (let polls = 0; calls.length < 2 && polls < 6_000; polls++) await pause(10);
    expect(calls).toEqual(['reconcile', 'reconcile']);
    await checks(1);
    expect(() => announcer.check()).toThrow('rules are stored and not in force, because they are not in the log: the log is unavailable');
    await end();
    expect(calls).toEqual(['reconcile', 'reconcile', 'reconcile']);
    expect(() => announcer.check()).not.toThrow();
  });

  it('begins no reconciliation after it was stopped', async () => {
    isAnother = true;
    await checks(1);
    const stopped = announcer.stop();
    await end();
    await stopped;
    await checks(3);
    expect(calls).toEqual(['reconcile']);
  });
});
