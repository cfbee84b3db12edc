import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Logger } from '#platform';
import { openStore, type Store } from '#store';
import { storedViolation } from '../keep/stored-violation.js';
import { eventually } from '../testing/eventually.js';
import { violation } from '../testing/violation.js';
import { Regrouper } from './regrouper.js';

describe('violations stored before fingerprints existed', () => {
  let store: Store;
  let told: object[];
  const logger = { info: (of: object) => told.push(of), error: (of: object) => told.push(of) } as unknown as Logger;
  beforeEach(async () => {
    store = await openStore({ kind: 'sqlite' });
    told = [];
  });
  afterEach(() => store.close());

  const keepOlder = (count: number) => {
    const violations = Array.from({ length: count }, (__, i) => {
      const record = violation({ id: `v${i}`, timestamp_ms: 1_000 + i, metadata: { span_name: `${i % 2 === 0 ? 'GET' : 'PUT'} /${i}` } });
      const { fingerprint: _, ...older } = storedViolation(record, JSON.stringify(record));
      return older;
    });
    return store.keep({ reader: 'r', partition: 0, position: 1, violations });
  };
  const operations = async () =>
    (await store.violationGroups({ status: 'open' }, { limit: 9 }, 0)).groups.map(({ operation, count }) => [operation, count]);

  it('are all grouped after the start', async () => {
    await keepOlder(450);
    expect(await operations()).toEqual([['', 450]]);
    const regrouper = new Regrouper(store, logger);
    regrouper.start();
    await eventually(async () => ((await operations()).length === 2 ? true : undefined));
    await eventually(() => Promise.resolve(told.length > 0 ? true : undefined));
    expect(await operations()).toEqual([
      ['PUT /{n}', 225],
      ['GET /{n}', 225],
    ]);
    expect(told).toEqual([{ violations: 450 }]);
    await regrouper.stop();
  });

  it('are left to the next start when the process stops, without a delay', async () => {
    await keepOlder(450);
    const regrouper = new Regrouper(store, logger);
    regrouper.start();
    await regrouper.stop();
    expect((await operations()).find(([operation]) => operation === '')?.[1]).toBe(250);
    const next = new Regrouper(store, logger);
    next.start();
    await eventually(async () => ((await operations()).length === 2 ? true : undefined));
    await next.stop();
  });

  it('are retried after an error of the database', async () => {
    const failing = { regroup: () => Promise.reject(new Error('no disk')) } as unknown as Store;
    const regrouper = new Regrouper(failing, logger);
    regrouper.start();
    await eventually(() => Promise.resolve(told.length > 0 ? true : undefined));
    expect(told).toEqual([{ err: new Error('no disk') }]);
    await regrouper.stop();
  });
});
