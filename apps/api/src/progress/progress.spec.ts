import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writePositionMetadata } from '#messaging';
import { EVALUATORS, TOPICS } from '#records';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { EvaluationProgress } from './evaluation-progress.js';
import { type EvaluationProgressView, progressView } from './progress.dto.js';

const NO_POSITION = { start: 0, end: 0 };
type Bounds = Record<number, { readonly start: number; readonly end: number }>;

describe('the progress of the evaluators', () => {
  let committed: Record<number, { readonly offset: number; readonly metadata: string }>;
  let bounds: Bounds;
  let asked: number;
  beforeEach(() => {
    committed = {};
    bounds = { 0: { start: 0, end: 10 }, 1: { start: 4, end: 9 } };
    asked = 0;
  });
  let now = 0;
  const progress = () =>
    new EvaluationProgress(
      {
        partitions: () => 2,
        bounds: async (_topic, partition) => {
          asked++;
          return bounds[partition] ?? NO_POSITION;
        },
        committed: async (topic, group, partition) => {
          expect([topic, group]).toEqual([TOPICS.spans, EVALUATORS]);
          return committed[partition];
        },
        now: () => 1_000,
      },
      () => now,
    );
  const read = async () => progressView(await progress().read());

  it('covers the whole log before the first commit, without deleted records', async () => {
    expect(await read()).toMatchObject({ appended_records: 19, judged_records: 4, behind_records: 15 });
  });

  it('counts records that wait for open traces as judged', async () => {
    const metadata = writePositionMetadata({ epoch: 1, logTime: 900, paused: 0, published: 9 });
    committed = { 0: { offset: 2, metadata }, 1: { offset: 9, metadata } };
    const { partitions, behind_records } = await read();
    expect(behind_records).toBe(1);
    expect(partitions[0]).toEqual({
      partition: 0,
      end_offset: 10,
      judged_to: 9,
      behind_records: 1,
      log_time: '1970-01-01T00:00:00.900Z',
    });
  });

  it('ignores positions of a former log, and those set by hand beyond the end', async () => {
    committed = { 0: { offset: 11, metadata: '' }, 1: { offset: 6, metadata: 'set by an operator' } };
    const { partitions } = await read();
    expect(partitions.map(({ judged_to, behind_records }) => [judged_to, behind_records])).toEqual([
      [undefined, 10],
      [6, 3],
    ]);
  });

  it('reads once for all requests within two seconds, and again after an error', async () => {
    now = 0;
    const one = progress();
    await Promise.all([one.read(), one.read()]);
    now = 1_999;
    await one.read();
    expect(asked).toBe(2);
    now = 2_000;
    bounds = {
      get 0(): never {
        throw new Error('the broker is unavailable');
      },
    } as unknown as Bounds;
    await expect(one.read()).rejects.toThrow('the broker is unavailable');
    bounds = { 0: NO_POSITION, 1: NO_POSITION };
    expect(progressView(await one.read())).toMatchObject({ appended_records: 0, behind_records: 0 });
  });
});

describe('GET /v1/evaluation', () => {
  let api: ApiUnderTest;
  beforeEach(async () => {
    api = await ApiUnderTest.start();
  });
  afterEach(() => api.close());

  it('counts waiting records in a log without evaluators', async () => {
    const before = (await api.ask<EvaluationProgressView>('GET', '/v1/evaluation')).body;
    await api.log.append(TOPICS.spans, [
      { partition: 1, value: new Uint8Array(1) },
      { partition: 1, value: new Uint8Array(1) },
    ]);
    await eventually(async () => {
      const { status, body } = await api.ask<EvaluationProgressView>('GET', '/v1/evaluation');
      const more = body.behind_records - before.behind_records;
      return status === 200 && more >= 2 ? true : undefined;
    });
  });
});
