import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, topicSpecifications } from '#messaging';
import { CONTROL_EPOCH_PREFIX, CONTROL_HEADER, EPOCH_BEFORE_HEADER, TOPICS } from '#records';
import { openSteadyLog } from '../../../../../test/fixtures/messaging/steady-log.js';
import { epochBefore } from './epoch-before.js';

describe('the epoch before an offset', () => {
  let log: Log;
  beforeEach(async () => {
    log = openSteadyLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 1 }), writer: 'direct' });
  });
  afterEach(() => log.close());

  const span = () => log.append(TOPICS.spans, [{ partition: 0, value: Buffer.from('x') }]);
  const later = () => new Promise((done) => setTimeout(done, 5));
  const ruleSet = (number: number) =>
    log.append(TOPICS.rules, [{ partition: 0, value: Buffer.from(JSON.stringify({ epoch: number, snapshot: [] })) }]);
  const marker = (number: number, before?: number) => {
    const said = before === undefined ? {} : { [EPOCH_BEFORE_HEADER]: String(before) };
    const headers = { [CONTROL_HEADER]: `${CONTROL_EPOCH_PREFIX}${number}`, ...said };
    return log.append(TOPICS.spans, [{ partition: 0, value: new Uint8Array(), headers }]);
  };
  const epoch = async (number: number): Promise<void> => {
    await later();
    await ruleSet(number);
    await marker(number);
    await later();
  };
  /** Simulates retention, which deleted everything before an offset. */
  const deleteBelow = (offset: number): void => {
    const { bounds, read } = log;
    log.bounds = async (topic, partition) => {
      const found = await bounds.call(log, topic, partition);
      return topic === TOPICS.spans ? { ...found, start: Math.max(found.start, offset) } : found;
    };
    log.read = (topic, partition, from, to) => read.call(log, topic, partition, topic === TOPICS.spans ? Math.max(from, offset) : from, to);
  };

  it('is the epoch of the last marker before it', async () => {
    await span();
    await epoch(1);
    await span();
    await epoch(2);
    expect(await Promise.all([0, 1, 2, 3, 4].map((offset) => epochBefore(log, 0, offset)))).toEqual([0, 0, 1, 1, 2]);
  });

  it('is the newest published by then, when retention has deleted the marker', async () => {
    await epoch(1);
    await epoch(2);
    await span();
    await epoch(3);
    deleteBelow(2);
    expect(await epochBefore(log, 0, 2)).toBe(2);
    expect(await epochBefore(log, 0, 4)).toBe(3);
  });

  it('is 0 where rules came after all records', async () => {
    await span();
    await epoch(1);
    expect(await epochBefore(log, 0, 0)).toBe(0);
  });

  it('is the newest published when the log has no marker, because its topic was created again', async () => {
    await ruleSet(1);
    await ruleSet(2);
    expect(await epochBefore(log, 0, 0)).toBe(2);
    await later();
    await span();
    expect(await epochBefore(log, 0, 0)).toBe(2);
    await later();
    await ruleSet(3);
    expect(await epochBefore(log, 0, 0)).toBe(2);
  });

  it.each([
    ['none, as a first marker says', 1, 0, 0],
    ['that of before the change', 3, 2, 2],
    ['its own, where it was only written again', 3, 3, 3],
    ['its own, where the rule set before it is not in the log', 3, 1, 3],
  ])('is the former epoch that the next marker names: %s', async (_, at, before, expected) => {
    await span();
    // By the clock alone it would be 0: the rule sets are later than the span.
    await later();
    for (const number of [at === 1 ? 1 : 2, at]) await log.append(TOPICS.rules, [snapshotOf(number)]);
    await marker(at, before);
    expect(await epochBefore(log, 0, 0)).toBe(expected);
  });
});

/** A whole rule set, so that it needs no earlier one. */
const snapshotOf = (epoch: number) => ({ partition: 0, value: Buffer.from(JSON.stringify({ epoch, snapshot: [] })) });
