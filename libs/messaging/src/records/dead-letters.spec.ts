import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TOPICS } from '#records';
import type { Log, LogRecord } from '../log.js';
import { openLog } from '../open-log.js';
import { logProblem } from '../problems.js';
import { readAll } from '../read-all.js';
import { DeadLetters } from './dead-letters.js';
import { topicSpecifications } from './topic-specification.js';

describe('DeadLetters', () => {
  let log: Log;
  let failures: string[];
  let letters: DeadLetters;
  const { signal } = new AbortController();
  const record: LogRecord = { offset: 42, timestamp: 7, key: 'k', value: Buffer.from('??'), headers: { own: 'header' } };
  const letter = { topic: 'otlp_spans', partition: 3, record, reason: 'it is not a request' };

  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
    failures = [];
    letters = new DeadLetters(log, (error) => failures.push(error.message));
  });
  afterEach(() => log.close());

  const kept = () => readAll(log, TOPICS.deadLetters, 0);
  const refuse = (times: number, problem: Error) => {
    const append = log.append.bind(log);
    log.append = async (topic, records) => {
      if (times-- > 0) throw problem;
      return append(topic, records);
    };
  };

  it('keeps the record unchanged, with its place and the reason', async () => {
    await letters.keep(letter, signal);
    expect(await kept()).toMatchObject([
      {
        key: 'k',
        headers: {
          own: 'header',
          'betrace-dead-topic': 'otlp_spans',
          'betrace-dead-partition': '3',
          'betrace-dead-offset': '42',
          'betrace-dead-reason': 'it is not a request',
        },
      },
    ]);
    expect(Buffer.from((await kept())[0]!.value).toString()).toBe('??');
  });

  it('waits for an unavailable log', async () => {
    refuse(1, logProblem('BT_LOG_CLOSED'));
    await letters.keep(letter, signal);
    expect(failures).toHaveLength(1);
    expect(await kept()).toHaveLength(1);
  });

  it('keeps at least the place of a record that is too large with its headers', async () => {
    refuse(1, logProblem('BT_LOG_RECORD_TOO_LARGE'));
    await letters.keep(letter, signal);
    const [only] = await kept();
    expect(only!.value.length).toBe(0);
    expect(only!.headers).toMatchObject({ 'betrace-dead-offset': '42', 'betrace-dead-without-value': 'true' });
  });
});
