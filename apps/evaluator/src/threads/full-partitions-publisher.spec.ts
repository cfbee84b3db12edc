import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OutgoingRecord } from '#messaging';
import { FullPartitionsPublisher } from './full-partitions-publisher.js';

describe('FullPartitionsPublisher', () => {
  let now: number;
  let told: string[];
  let down: boolean;
  let tell: FullPartitionsPublisher;
  const settled = () => new Promise((done) => setImmediate(done));

  beforeEach(() => {
    now = 0;
    told = [];
    down = false;
    const append = async (_topic: string, records: readonly OutgoingRecord[]) => {
      if (down) throw new Error('the log is unavailable');
      told.push(...records.map(({ key, value }) => `${key}: ${Buffer.from(value).toString()}`));
      return records.map((_record, offset) => offset);
    };
    tell = new FullPartitionsPublisher({ append }, { monotonic: () => now });
  });

  it('publishes changes at once, repeats what holds, and is silent without full partitions', async () => {
    tell.report('one', []);
    tell.report('one', [2]);
    now = 2_999;
    tell.report('one', [2]);
    now = 3_000;
    tell.report('one', [2]);
    tell.report('one', []);
    now = 9_000;
    tell.report('one', []);
    await settled();
    const full = 'one: {"evaluator":"one","partitions":[2]}';
    expect(told).toEqual([full, full, 'one: {"evaluator":"one","partitions":[]}']);
  });

  it('publishes with the next report what failed before', async () => {
    down = true;
    tell.report('one', [2]);
    await settled();
    down = false;
    tell.report('one', [2]);
    down = true;
    tell.report('one', []);
    await settled();
    down = false;
    tell.report('one', []);
    await settled();
    expect(told).toEqual(['one: {"evaluator":"one","partitions":[2]}', 'one: {"evaluator":"one","partitions":[]}']);
  });
});
