import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Log } from '#messaging';
import type { Store } from '#store';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { PruneViolations } from './prune-violations.js';

describe('PruneViolations', () => {
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

  it('deletes what is older than the retention when it starts', async () => {
    await store.keep({ reader: 'keep', partition: 0, position: 2, violations: [old('old', 1_000), old('young', 5_000)] });
    const prune = new PruneViolations(store, 2_000, () => 6_000, silent);
    prune.start();
    await prune.stop();
    expect((await store.violations({}, { limit: 10 })).violations.map(({ id }) => id)).toEqual(['young']);
  });

  it('lives with a store that cannot be had', async () => {
    await store.close();
    const prune = new PruneViolations(store, 2_000, () => 6_000, silent);
    prune.start();
    await expect(prune.stop()).resolves.toBeUndefined();
  });
});
