import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { CONTROL_HEADER } from '#records';
import type { LogRecord } from '../log.js';
import { readAll } from '../read-all.js';
import type { EmbeddedLogSettings } from '../settings.js';
import { EmbeddedLog } from './embedded-log.js';

const HOUR = 3_600_000;
const topics = [
  { name: 'spans', partitions: 3, pauses: true },
  { name: 'rules', partitions: 1 },
];

describe('the embedded log records how long nothing could be appended', () => {
  let path: string;
  let wall: number;
  let monotonic: number;
  let log: EmbeddedLog;
  const settings = (): EmbeddedLogSettings => ({ kind: 'embedded', topics, path, writer: 'direct' });
  const open = (): EmbeddedLog => EmbeddedLog.open(settings(), { now: () => wall, monotonic: () => monotonic });
  const pass = (ms: number): void => {
    wall += ms;
    monotonic += ms;
  };
  const beatFor = (ms: number): void => {
    for (let passed = 0; passed < ms; passed += 500) {
      pass(500);
      log.writer.beat();
    }
  };
  const send = (partition: number) => log.append('spans', [{ partition, value: Buffer.from('x') }]);
  const told = ({ timestamp, headers }: LogRecord) => `${timestamp - start}${headers ? ` ${headers[CONTROL_HEADER]}` : ''}`;
  const inPartition = async (partition: number): Promise<string[]> => (await readAll(log, 'spans', partition)).map(told);
  let start: number;

  beforeEach(() => {
    // The beats of the log are those of the test: one in between would see a part of a pause.
    jest.spyOn(globalThis, 'setInterval').mockReturnValue({ unref: () => undefined } as unknown as NodeJS.Timeout);
    path = mkdtempSync(join(tmpdir(), 'betrace-pauses-'));
    start = wall = 1_700_000_000_000;
    monotonic = 5;
    log = open();
  });
  afterEach(async () => {
    await log.close();
    jest.restoreAllMocks();
    rmSync(path, { recursive: true });
  });

  it.each(['in order', 'killed'])('after a restart (%s), in every partition that has records', async (end) => {
    await send(0);
    beatFor(10_000);
    await send(1);
    if (end === 'in order') await log.close();
    // A killed process records no time of death: its last beat counts.
    else {
      log.receiving(false);
      log.storage.lock?.release();
    }
    pass(HOUR);
    log = open();
    await send(0);
    expect(await inPartition(0)).toEqual(['0', `${HOUR + 10_000} pause:${HOUR}`, `${HOUR + 10_000}`]);
    expect(await inPartition(1)).toEqual(['10000', `${HOUR + 10_000} pause:${HOUR}`]);
    expect(await inPartition(2)).toEqual([]);
  });

  it('never longer than the partition was silent', async () => {
    beatFor(1_000);
    await send(0);
    log.storage.positions['beat'](start - HOUR);
    await log.close();
    pass(5_000);
    log = open();
    expect(await inPartition(0)).toEqual(['1000', '6000 pause:5000']);
  });

  it('after a stall of the process, before the next record', async () => {
    await send(0);
    beatFor(1_000);
    pass(70_000);
    await send(0);
    expect(await inPartition(0)).toEqual(['0', '71000 pause:70000', '71000']);
  });

  it('even if other threads append ticks after a stall', async () => {
    await send(0);
    beatFor(1_000);
    pass(70_000);
    const thread = EmbeddedLog.open(log.forThreads(), { now: () => wall, monotonic: () => monotonic });
    expect(thread.now()).toBe(start + 2_000);
    await thread.append('spans', [{ partition: 0, value: Buffer.from('') }]);
    await send(0);
    expect(await inPartition(0)).toEqual(['0', '2000', '71000 pause:69000', '71000']);
    await thread.close();
  });

  it('when appends failed, with the first that succeeds', async () => {
    await send(0);
    const records = log.storage.records('spans');
    const append = records.append.bind(records);
    records.append = () => {
      throw new Error('the disk is full');
    };
    beatFor(1_000);
    for (let attempt = 0; attempt < 30; attempt++) {
      await expect(send(0)).rejects.toThrow('the disk is full');
      beatFor(1_000);
    }
    expect(log.now()).toBeLessThanOrEqual(start + 2_000);
    records.append = append;
    await send(0);
    const [first, pause, second] = await inPartition(0);
    expect([first, second]).toEqual(['0', '31000']);
    expect(pause).toMatch(/^31000 pause:(29|30|31)\d{3}$/);
  });

  it('not when the wall clock is set back: log time continues, also after a restart', async () => {
    wall += 72 * HOUR;
    log.writer.beat();
    await send(0);
    wall -= 72 * HOUR;
    beatFor(10_000);
    await send(0);
    await log.close();
    log = open();
    beatFor(10_000);
    await send(0);
    const records = await readAll(log, 'spans', 0);
    expect(records.some(({ headers }) => headers !== undefined)).toBe(false);
    const [first = 0, second = 0, third = 0] = records.map(({ timestamp }) => timestamp - start);
    expect(first).toBe(72 * HOUR);
    expect(second - first).toBeGreaterThan(8_900);
    expect(third - second).toBeGreaterThan(8_900);
    expect(log.storage.clock.ahead()).toBeGreaterThan(71 * HOUR);
  });

  it('only while receivers are open: until then the clock stands still', async () => {
    await send(0);
    await log.close();
    pass(HOUR);
    log = EmbeddedLog.open({ ...settings(), receiversOpenLater: true }, { now: () => wall, monotonic: () => monotonic });
    pass(7_000);
    expect(log.now()).toBe(start + 1_000);
    log.receiving(true);
    expect(log.now()).toBe(wall);
    beatFor(2_000);
    log.receiving(false);
    pass(60_000);
    expect(log.now()).toBe(wall - 59_000);
    expect(await inPartition(0)).toEqual(['0', `${HOUR + 7_000} pause:${HOUR + 7_000}`]);
  });
});
