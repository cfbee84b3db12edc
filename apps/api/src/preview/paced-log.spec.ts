import { expect, it } from '@jest/globals';
import { ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { A_SPAN, requestOf } from '../../../../test/fixtures/engine/test-span.js';
import type { PreviewedLog } from './paced-log.js';
import { runPreview } from './run-preview.js';

const RECORDS = 300;
const EVERY_MS = 10;
const BATCH = 10;

/** A log of spans, one each ten milliseconds, that counts the batches that are read. */
function longLog(told: { batch: (timestamp: number) => void }): PreviewedLog {
  const records = Array.from({ length: RECORDS }, (_, offset) => ({
    offset,
    timestamp: offset * EVERY_MS,
    value: requestOf([{ ...A_SPAN, trace: offset + 1 }]),
  }));
  return {
    shared: false,
    now: () => RECORDS * EVERY_MS,
    partitions: () => 1,
    bounds: async () => ({ start: 0, end: RECORDS }),
    offsetAt: async (_topic, _partition, timestamp) => records.find((record) => record.timestamp >= timestamp)?.offset ?? RECORDS,
    async *read(topic, partition, from, to = RECORDS) {
      const asked = records.slice(from, to);
      for (let i = 0; i < asked.length; i += BATCH) {
        told.batch(asked[i]!.timestamp);
        yield { topic, partition, records: asked.slice(i, i + BATCH), endOffset: RECORDS };
      }
    },
  };
}

it('a preview that reads much of the log before its range does not use a whole CPU meanwhile', async () => {
  const last = (RECORDS - 1) * EVERY_MS;
  let beforeRange = 0;
  let unRested = 0;
  let longest = 0;
  const log = longLog({
    batch: (timestamp) => {
      if (timestamp < last) beforeRange++;
      longest = Math.max(longest, unRested++);
    },
  });
  const settings = { log: { kind: 'embedded', topics: [] } as never, volatile: false, foreignProducers: false, load: 0.25 };
  const result = await runPreview(
    { rule: ruleOf('r', 'span.duration > 1'), from: last, samples: 1 },
    {
      log,
      settings: { ...settings, assembly: SMALL_SETTINGS, evaluationTimeout: 1_000 },
      monotonic: () => 0,
      progress: () => undefined,
      rest: async () => {
        unRested = 0;
      },
    },
  );
  expect(result.traces).toBe(1);
  expect(beforeRange).toBeGreaterThan(5);
  expect(longest).toBe(0);
});
