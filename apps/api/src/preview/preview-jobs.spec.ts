import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_ASSEMBLY } from '#engine';
import { type Log, openLog, topicSpecifications } from '#messaging';
import { pausedUntil } from '../testing/paused-until.js';
import { PreviewJobs, type PreviewJobsOptions } from './preview-jobs.js';
import type { PreviewTask } from './preview-task.js';

const ENTRY = new URL('../../../../dist/apps/api/src/preview/thread.js', import.meta.url);
const TASK: PreviewTask = {
  rule: { id: 'preview', name: 'preview', version: 1, expression: 'span.duration > 1s', severity: 'LOW' },
  samples: 1,
};

describe('jobs of previews', () => {
  let log: Log;
  let jobs: PreviewJobs;
  let now = 1_000_000;
  const defects: Error[] = [];
  const start = async (options: Partial<PreviewJobsOptions> = {}): Promise<void> => {
    log = await openLog({ kind: 'embedded', topics: topicSpecifications({ partitions: 2 }), writer: 'direct' });
    const settings = () => ({
      log: log.forThreads(),
      volatile: true,
      foreignProducers: false,
      assembly: DEFAULT_ASSEMBLY,
      evaluationTimeout: 100,
      load: 1,
    });
    const defect = (error: Error): void => void defects.push(error);
    jobs = new PreviewJobs({ settings, concurrency: 1, timeout: 60_000, now: () => now, defect, entry: ENTRY, ...options });
  };
  afterEach(async () => {
    await jobs.stop();
    await log.close();
    defects.length = 0;
  });

  const ended = (id: string) => jobs.wait(id, 500_000, new AbortController().signal);

  it('end at the timeout, and the next one starts', async () => {
    await start({ timeout: 1, entry: new URL('data:text/javascript,setInterval(() => undefined, 1_000)') });
    const ids = [jobs.begin(TASK, 'me').id, jobs.begin(TASK, 'me').id];
    for (const id of ids)
      expect(await ended(id)).toMatchObject({ state: 'failed', error: { code: 'BT_API_PREVIEW_TIMEOUT', status: 422 } });
    expect(defects).toEqual([]);
  });

  it('take an answer that came in time while the process itself was paused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-paused-'));
    const answered = join(folder, 'answered');
    const thread = `import { writeFileSync } from 'node:fs';
      import { parentPort, workerData } from 'node:worker_threads';
      parentPort.postMessage({ type: 'done', result: { cost: { records: 0 }, traces: 7, matched_traces: 0 } });
      writeFileSync(workerData.task.rule.expression, '');`;
    try {
      await start({ timeout: 500, entry: new URL(`data:text/javascript,${encodeURIComponent(thread)}`) });
      // Timers are the next that the event loop looks at.
      await immediate();
      const { id } = jobs.begin({ ...TASK, rule: { ...TASK.rule, expression: answered } }, 'me');
      pausedUntil(() => existsSync(answered), 600);
      expect(await ended(id)).toMatchObject({ state: 'done', result: { traces: 7 } });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that fail with a defect hide its details', async () => {
    await start({ entry: new URL('./nowhere.js', ENTRY) });
    const { state, error } = await ended(jobs.begin(TASK, 'me').id);
    expect([state, error?.code, error?.message.includes('nowhere')]).toEqual(['failed', 'BT_API_PREVIEW_FAILED', false]);
    expect(defects).toEqual([expect.objectContaining({ message: expect.stringContaining('nowhere') })]);
  });

  it('are forgotten after an hour', async () => {
    await start();
    const { id } = jobs.begin(TASK, 'me');
    expect(await ended(id)).toMatchObject({ state: 'done', by: 'me', result: { traces: 0 } });
    now += 3_600_001;
    expect(() => jobs.get(id)).toThrow(expect.objectContaining({ code: 'BT_API_PREVIEW_NOT_FOUND' }));
  });

  it('stop waiting when the client is gone', async () => {
    await start({ timeout: 60_000, concurrency: 1 });
    const { id } = jobs.begin(TASK, 'me');
    const gone = new AbortController();
    const waiting = jobs.wait(id, 30_000, gone.signal);
    gone.abort();
    expect((await waiting).id).toBe(id);
  });

  it('end at once and start no more when the process stops', async () => {
    await start();
    const first = jobs.begin(TASK, 'me');
    const second = jobs.begin(TASK, 'me');
    await jobs.stop();
    expect([first.state, second.state]).toEqual(['cancelled', 'cancelled']);
    expect(() => jobs.begin(TASK, 'me')).toThrow(expect.objectContaining({ code: 'BT_API_STOPPING' }));
  });
});
