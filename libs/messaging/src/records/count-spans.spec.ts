import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CONTROL_HEADER, CONTROL_TICK, TOPICS } from '#records';
import { A_SPAN, requestOf } from '../../../../test/fixtures/engine/test-span.js';
import { LatestLatencies } from '../latest-latencies.js';
import type { Log } from '../log.js';
import { openLog } from '../open-log.js';
import { countSpans } from './count-spans.js';
import { topicSpecifications } from './topic-specification.js';

describe('countSpans', () => {
  let log: Log;
  beforeEach(async () => {
    log = await openLog({ kind: 'embedded', writer: 'direct', topics: topicSpecifications({ partitions: 1 }) });
  });
  afterEach(() => log.close());

  const count = (from: number, to: number, deadline = Number.POSITIVE_INFINITY) => countSpans(log, 0, from, to, deadline);
  const record = (spans: number) => ({
    partition: 0,
    value: requestOf(Array.from({ length: spans }, (_, n) => ({ ...A_SPAN, span: n + 1 }))),
  });

  it('counts like an evaluator: spans, one for an unreadable record, and no control records', async () => {
    const tick = { partition: 0, value: new Uint8Array(0), headers: { [CONTROL_HEADER]: CONTROL_TICK } };
    const [first = 0] = await log.append(TOPICS.spans, [record(2), tick, { partition: 0, value: Uint8Array.of(0x0a, 0xff) }, record(3)]);
    expect(await count(first, first + 4)).toBe(6);
    expect(await count(first + 1, first + 3)).toBe(1);
    expect(await count(first + 4, first + 4)).toBe(0);
  });

  it('is undefined when records are missing, or after the deadline', async () => {
    const [first = 0] = await log.append(
      TOPICS.spans,
      Array.from({ length: 500 }, () => record(1)),
    );
    expect(await count(first, first + 501)).toBeUndefined();
    expect(await count(first, first + 500, performance.now() - 1)).toBeUndefined();
    expect(await count(first, first + 500)).toBe(500);
  });
});

describe('LatestLatencies', () => {
  it('keeps the latest thousand, in seconds, and none below 0', () => {
    const latest = new LatestLatencies();
    expect(latest.seconds).toEqual([]);
    for (let n = 0; n < 1_500; n++) latest.note(n);
    expect([...latest.seconds].sort((a, b) => a - b)).toEqual(Array.from({ length: 1_000 }, (_, n) => (n + 500) / 1_000));
    latest.note(-5);
    expect(Math.min(...latest.seconds)).toBe(0);
  });
});
