import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Log, openLog, topicSpecifications } from '#messaging';
import { type Configuration, FullPartitions, type Logger, type Shutdown } from '#platform';
import { TOPICS } from '#records';
import { eventually } from '../../../../test/harness/eventually.js';
import { FullPartitionsListener } from './full-partitions-listener.js';

describe('FullPartitionsListener', () => {
  let log: Log;
  let full: FullPartitions;
  let warnings: string[];
  let stop: () => unknown;
  let hear: FullPartitionsListener;

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 4 }), writer: 'direct' });
    full = new FullPartitions();
    warnings = [];
    stop = () => undefined;
    const logger = { warn: (_fields: object, message: string) => void warnings.push(message) } as unknown as Logger;
    const shutdown = { register: (_stage: string, _name: string, step: () => unknown) => void (stop = step) } as unknown as Shutdown;
    hear = new FullPartitionsListener(log, full, {} as Configuration, logger, shutdown);
  });
  afterEach(async () => {
    await stop();
    await log.close();
  });

  const say = (text: string) => log.append(TOPICS.fullPartitions, [{ partition: 0, value: Buffer.from(text) }]);
  const are = (...partitions: number[]) =>
    eventually('what was said', async () => ([0, 1, 2, 3].filter((one) => full.has(one)).join() === partitions.join() ? true : undefined));

  it('applies the last report of each evaluator', async () => {
    await say('{"evaluator":"of yesterday","partitions":[3]}');
    await hear.start();
    await say('{"evaluator":"one","partitions":[1]}');
    await say('{"evaluator":"two","partitions":[0,2]}');
    await are(0, 1, 2);
    await say('{"evaluator":"two","partitions":[]}');
    await are(1);
  });

  it('does not wait forever for a crashed evaluator', async () => {
    const reports = jest.spyOn(full, 'report');
    await hear.start(300);
    await say('{"evaluator":"one","partitions":[1]}');
    await eventually('its end', async () => (reports.mock.calls.length > 1 ? true : undefined));
    expect(reports.mock.calls).toEqual([
      ['one', [1]],
      ['one', []],
    ]);
    expect(full.has(1)).toBe(false);
  });

  it('skips records that are not reports', async () => {
    await hear.start();
    for (const text of ['?', 'null', '{"evaluator":"one"}', '{"partitions":[1]}']) await say(text);
    await say('{"evaluator":"one","partitions":[1]}');
    await are(1);
    expect(warnings).toHaveLength(4);
  });
});
