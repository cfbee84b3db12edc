import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, type Log, openLog, TOPICS, topicSpecifications } from '#messaging';
import { epochBefore } from './epoch-before.js';

describe('the epoch before an offset', () => {
  let log: Log;
  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
  });
  afterEach(() => log.close());

  const span = () => log.append(TOPICS.spans, [{ partition: 0, value: Buffer.from('x') }]);
  const later = () => new Promise((done) => setTimeout(done, 5));
  const epoch = async (number: number): Promise<void> => {
    await later();
    await log.append(TOPICS.rules, [{ partition: 0, value: Buffer.from(JSON.stringify({ epoch: number, snapshot: [] })) }]);
    await log.append(TOPICS.spans, [
      { partition: 0, value: new Uint8Array(), headers: { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${number}` } },
    ]);
    await later();
  };
  /** Retention has deleted everything before an offset. */
  const deleteBelow = (offset: number): void => {
    const { bounds, read } = log;
    log.bounds = async (topic, partition) => {
      const found = await bounds.call(log, topic, partition);
      return topic === TOPICS.spans ? { ...found, start: Math.max(found.start, offset) } : found;
    };
    log.read = (topic, partition, from, to) => read.call(log, topic, partition, topic === TOPICS.spans ? Math.max(from, offset) : from, to);
  };

  it('is that of the last marker before it', async () => {
    await span();
    await epoch(1);
    await span();
    await epoch(2);
    expect(await Promise.all([0, 1, 2, 3, 4].map((offset) => epochBefore(log, 0, offset)))).toEqual([0, 0, 1, 1, 2]);
  });

  it('is what was published by then, when retention has deleted the marker', async () => {
    await epoch(1);
    await epoch(2);
    await span();
    await epoch(3);
    deleteBelow(2);
    expect(await epochBefore(log, 0, 2)).toBe(2);
    expect(await epochBefore(log, 0, 4)).toBe(3);
  });

  it('is 0 where rules came after everything that was there', async () => {
    await span();
    await epoch(1);
    expect(await epochBefore(log, 0, 0)).toBe(0);
  });
});
