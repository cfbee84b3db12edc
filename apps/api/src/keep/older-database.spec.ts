import { afterEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { registerMetrics } from '#platform';
import { API_METRICS } from '../metrics.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { replaceable } from '../testing/replaceable.js';
import { publish, violation } from '../testing/violation.js';
import { KEEP_READER, ViolationKeeper } from './violation-keeper.js';

/** The database is restored from a backup while the process runs: it lacks later violations, which the log has. */
describe('ViolationKeeper, with a database restored from an older backup', () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  const id = (n: number): string => `viol-${n}`;
  const at = (partition: number) => ({ partition, first_offset: 0, last_offset: 0 });

  async function begin() {
    const { log, store } = await logAndStore();
    const { store: backup } = await logAndStore();
    closing.push(
      () => log.close(),
      () => store.close(),
      () => backup.close(),
    );
    const { object, replace } = replaceable(store);
    const keep = new ViolationKeeper(log, object, registerMetrics(API_METRICS, new Registry()), silent);
    await keep.start();
    closing.push(() => keep.stop());
    const kept = (count: number) =>
      eventually(async () => ((await object.violations({}, { limit: 1 })).total === count ? true : undefined));
    return { log, backup, kept, putBack: () => replace(backup), store: object };
  }

  it.each([
    ['one is found', 1],
    ['many are found', 40],
    ['nothing happens', 0],
  ])('keeps what it lacks again, also before its first violation, when %s', async (_, found) => {
    const { log, kept, putBack, store } = await begin();
    await publish(log, violation(), violation({ id: id(2), log: at(1) }), violation({ id: id(3), log: at(1) }));
    await kept(3);
    putBack();
    await publish(log, ...Array.from({ length: found }, (__, n) => violation({ id: id(4 + n), log: at(n % 2) })));
    await kept(3 + found);
    const expected = [1 + Math.ceil(found / 2), 2 + Math.floor(found / 2)];
    await eventually(async () => {
      const positions = await Promise.all([0, 1].map((partition) => store.position(KEEP_READER, partition)));
      return positions.join() === expected.join() ? true : undefined;
    });
  });

  it('keeps revisions, and stores no violation of the backup twice', async () => {
    const { log, backup, kept, putBack, store } = await begin();
    await publish(log, violation(), violation({ id: id(2) }));
    await kept(2);
    const stored = await store.violation('viol-1');
    await backup.keep({ reader: KEEP_READER, partition: 0, position: 1, violations: [stored!] });
    await publish(log, violation({ revision: 2, status: 'retracted' }));
    await eventually(async () => ((await store.violation('viol-1'))?.revision === 2 ? true : undefined));
    putBack();
    expect((await store.violation('viol-1'))?.revision).toBe(1);
    await publish(log, violation({ id: id(3) }));
    await kept(3);
    expect(await store.violation('viol-1')).toMatchObject({ revision: 2, status: 'retracted' });
  });
});
