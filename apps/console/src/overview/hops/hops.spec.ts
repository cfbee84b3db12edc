import { expect, it } from '@jest/globals';
import type { Reading } from '../readings/readings.js';
import type { ProgressReading } from '../readings/system-progress.js';
import { hopsOf } from './hops.js';

/** Of an API alone: it keeps violations, and neither receives nor evaluates. */
const metrics: Reading = { at: 0, metrics: new Map([['betrace_violations_keep_lag_records', [{ labels: {}, value: 0 }]]]) };
const readiness = { status: 'ready', checks: { storage: 'ok', rule_engine: 'ok', otlp_exporter: 'off', notifications: 'off' } } as const;

/** Offsets of the partitions: appended, and judged. */
const reading = (at: number, ...offsets: readonly (readonly [end: number, judged: number])[]): ProgressReading => {
  const partitions = offsets.map(([end_offset, judged_to], partition) => ({
    partition,
    end_offset,
    judged_to,
    behind_records: end_offset - judged_to,
  }));
  const appended = offsets.reduce((sum, [end]) => sum + end, 0);
  const judged = offsets.reduce((sum, [, offset]) => sum + offset, 0);
  return {
    at,
    progress: {
      at: '2026-01-01T00:00:00Z',
      appended_records: appended,
      judged_records: judged,
      behind_records: appended - judged,
      partitions,
    },
  };
};
const of = (name: string, before: ProgressReading | undefined, now: ProgressReading) =>
  hopsOf(readiness, undefined, metrics, { before, now }).find((hop) => hop.name === name);

it('an API alone shows the progress of all evaluators, and claims nothing about ingest', () => {
  const before = reading(0, [1_000, 990], [500, 500]);
  const now = reading(50_000, [2_000, 1_995], [1_500, 1_500]);
  expect(of('Evaluator', before, now)).toMatchObject({ state: 'ok', value: '5 records behind' });
  expect(of('Ingest', before, now)).toMatchObject({ state: 'unknown', value: '40 records/s' });
});

it('a partition without progress is named, even while others continue', () => {
  const before = reading(0, [1_000, 1_000], [500, 400]);
  const now = reading(50_000, [2_000, 2_000], [900, 400]);
  expect(of('Evaluator', before, now)).toMatchObject({
    state: 'warn',
    value: '500 records behind',
    text: expect.stringMatching(/^1 of 2 .*: 1$/),
  });
  const all = [reading(0, [1_000, 900], [500, 400]), reading(50_000, [2_000, 900], [900, 400])] as const;
  expect(of('Evaluator', ...all)).toMatchObject({ state: 'bad', text: expect.stringMatching(/^2 of 2 .*: 0, 1$/) });
});

it('no stall is reported of an idle partition, or after a few seconds', () => {
  const quiet = reading(0, [1_000, 1_000], [500, 500]);
  expect(of('Evaluator', quiet, { ...quiet, at: 50_000 })).toMatchObject({ state: 'ok', value: '0 records behind' });
  const waits = reading(0, [1_000, 900]);
  expect(of('Evaluator', waits, { ...waits, at: 20_000 })).toMatchObject({ state: 'ok', value: '100 records behind' });
  expect(of('Evaluator', undefined, waits)).toMatchObject({ state: 'ok', value: '100 records behind' });
  // What waits now came when all was judged at the first reading.
  expect(of('Evaluator', quiet, reading(50_000, [1_001, 1_000], [500, 500]))).toMatchObject({ state: 'ok', value: '1 record behind' });
});

it('a lasting backlog means late verdicts, and a replaced log has no rate', () => {
  const before = reading(0, [5_000, 1_000]);
  expect(of('Evaluator', before, reading(50_000, [9_000, 4_000]))).toMatchObject({ state: 'warn', value: '5,000 records behind' });
  expect(of('Ingest', before, reading(50_000, [10, 10]))).toMatchObject({ value: 'counting' });
});
