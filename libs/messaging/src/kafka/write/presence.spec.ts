import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { OutgoingRecord } from '../../log.js';
import { Presence } from './presence.js';

describe('the presence of receivers', () => {
  let now: number;
  let presence: Presence;
  let refuse: boolean;
  /** The appended records, as `partition:alive` or `partition:text`. */
  let appended: string[];

  const append = async (_topic: string, records: readonly OutgoingRecord[]) => {
    if (refuse) throw new Error('no broker');
    return records.map(({ partition, value, headers }) => {
      appended.push(`${partition}:${headers?.['betrace-control'] ?? Buffer.from(value).toString()}`);
      return appended.length - 1;
    });
  };
  const record = (partition: number, text: string): OutgoingRecord => ({ partition, value: Buffer.from(text) });
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 500) {
      now += 500;
      await jest.advanceTimersByTimeAsync(500);
    }
  };

  beforeEach(() => {
    jest.useFakeTimers();
    now = 1_000;
    refuse = false;
    appended = [];
    presence = new Presence([{ name: 'spans', partitions: 2 }], append, () => now);
  });
  afterEach(() => {
    presence.stop();
    jest.useRealTimers();
  });

  it('is recorded in each quiet partition every two seconds, and only by receivers', async () => {
    expect(await presence.appendPresent('spans', [record(0, 'a')])).toEqual([0]);
    await pass(10_000);
    expect(appended).toEqual(['0:a']);
    presence.start();
    await pass(10_000);
    const told = (partition: number) => appended.filter((one) => one === `${partition}:alive`).length;
    for (const partition of [0, 1]) expect(told(partition)).toBeGreaterThanOrEqual(5);
    for (const partition of [0, 1]) expect(told(partition)).toBeLessThanOrEqual(8);
    presence.stop();
    const before = appended.length;
    await pass(10_000);
    expect(appended).toHaveLength(before);
  });

  it('is rarely recorded where spans show it', async () => {
    presence.start();
    await pass(500);
    appended = [];
    for (let i = 0; i < 40; i++) {
      await presence.appendPresent('spans', [record(0, 'x')]);
      await pass(500);
    }
    expect(appended.filter((one) => one === '0:alive').length).toBeLessThanOrEqual(3);
    expect(appended.filter((one) => one === '0:alive').length).toBeGreaterThanOrEqual(1);
  });

  it('is recorded before the first spans after an outage, without changing their offsets', async () => {
    presence.start();
    await pass(500);
    refuse = true;
    await expect(presence.appendPresent('spans', [record(1, 'lost')])).rejects.toThrow('no broker');
    await pass(30_000);
    refuse = false;
    appended = [];
    const offsets = await presence.appendPresent('spans', [record(1, 'a'), record(1, 'b')]);
    expect(appended).toEqual(['1:alive', '1:a', '1:b']);
    expect(offsets).toEqual([1, 2]);
    await presence.appendPresent('spans', [record(1, 'c')]);
    expect(appended.at(-1)).toBe('1:c');
    expect(appended).toHaveLength(4);
  });

  it('ignores control records and other topics', async () => {
    presence.start();
    await pass(500);
    now += 60_000;
    appended = [];
    const marker = { partition: 0, value: new Uint8Array(0), headers: { 'betrace-control': 'epoch:1' } };
    expect(await presence.appendPresent('spans', [marker])).toEqual([0]);
    expect(await presence.appendPresent('rules', [record(0, 'r')])).toEqual([1]);
    expect(appended).toEqual(['0:epoch:1', '0:r']);
  });
});
