import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Log } from '#messaging';
import type { Store } from '#store';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { ViolationPruner } from './violation-pruner.js';

describe('ViolationPruner', () => {
  let log: Log;
  let store: Store;
  beforeEach(async () => {
    ({ log, store } = await logAndStore());
  });
  afterEach(async () => {
    await log.close();
    await store.close();
  });

  const old = (id: string, timestampMs: number) => ({
    id,
    revision: 1,
    status: 'open' as const,
    ruleId: 'r',
    ruleName: 'r',
    severity: 'LOW',
    traceId: 't',
    wireTraceId: 't',
    spanId: 's',
    service: '',
    timestampMs,
    firstOffset: 0,
    record: '{}',
  });

  const MINUTES = 60_000;
  const DAY = 1_440 * MINUTES;
  const RETENTION = 30 * DAY;
  const NOW = 1_790_000_000_000;
  /** @param clock how far the wall clock is ahead after that many minutes of monotonic time */
  const leftAfter = async (minutes: number, clock: (minute: number) => number, restart = false): Promise<readonly string[]> => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance'] });
    try {
      let minute = 0;
      const prune = new ViolationPruner(
        store,
        RETENTION,
        () => NOW + minute * MINUTES + clock(minute),
        silent,
        () => minute * MINUTES,
      );
      prune.start();
      for (; minute < minutes; minute++) await jest.advanceTimersByTimeAsync(MINUTES);
      await prune.stop();
      if (restart) return [];
      return (await store.violations({}, { limit: 10 })).violations.map(({ id }) => id);
    } finally {
      jest.useRealTimers();
    }
  };
  const keep = (...violations: ReturnType<typeof old>[]) => store.keep({ reader: 'keep', partition: 0, position: 2, violations });
  const right = () => 0;

  it('deletes violations older than the retention', async () => {
    await keep(old('old', NOW - RETENTION - 1), old('young', NOW - DAY));
    expect(await leftAfter(9, right)).toEqual(['young', 'old']);
    expect(await leftAfter(12, right)).toEqual(['young']);
  });

  it('deletes no recent violation after starts with a clock that is ahead', async () => {
    await keep(old('yesterday', NOW - DAY), old('today', NOW - MINUTES));
    for (let start = 0; start < 5; start++) await leftAfter(9, () => 40 * DAY, true);
    expect(await leftAfter(300, () => 40 * DAY)).toEqual(['today', 'yesterday']);
  });

  it('deletes no recent violation when the clock is ahead for a moment', async () => {
    await keep(old('yesterday', NOW - DAY), old('today', NOW - MINUTES));
    expect(await leftAfter(200, (minute) => (minute > 55 && minute < 65 ? 40 * DAY : 0))).toEqual(['today', 'yesterday']);
    expect(await leftAfter(200, (minute) => (minute > 55 && minute < 65 ? 29 * DAY + MINUTES : 0))).toEqual(['today', 'yesterday']);
  });

  it('deletes old violations eventually, even if none is left', async () => {
    await keep(old('old', NOW - RETENTION - 1));
    expect(await leftAfter(1_430, right)).toEqual(['old']);
    expect(await leftAfter(1_460, right)).toEqual([]);
  });

  it('survives an unavailable store', async () => {
    await store.close();
    await expect(leftAfter(30, right, true)).resolves.toEqual([]);
  });
});
