import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import { pausedUntil } from '../testing/paused-until.js';
import type { TestResult } from './expression.dto.js';
import { ExpressionThreads, type ExpressionThreadsOptions } from './expression-threads.js';

const BUILT = new URL('../../../../dist/apps/api/src/expressions/thread.js', import.meta.url);
const DEFAULTS = { maxLength: 10_000, evaluationTimeout: 100, threads: 1, queue: 2, deadline: 60_000, entry: BUILT };

/** A thread that runs this script for each task. */
const thread = (script: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { writeFileSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      const tell = (message) => parentPort.postMessage(message);
      parentPort.on('message', (task) => { ${script} });
      tell({ type: 'ready' });`)}`,
  );
const ENDLESS = `tell({ type: 'phase', phase: 'judging the spans' }); if (task.expression === 'endless') for (;;); tell({ type: 'done', result: task })`;

describe('threads for expressions', () => {
  let threads: ExpressionThreads;
  const start = (options: Partial<ExpressionThreadsOptions> = {}) => {
    threads = new ExpressionThreads({ ...DEFAULTS, ...options });
  };
  const check = (expression: string) => threads.run({ kind: 'check', expression });
  const tries = (body: string): Promise<TestResult> => threads.run({ kind: 'try', body: new TextEncoder().encode(body) });
  afterEach(() => threads.stop());

  it('check, describe and try', async () => {
    start();
    expect(await check('span.duration > 1s')).toEqual({ ok: true, diagnostics: [] });
    expect(await check('span.durations > 1s')).toMatchObject({ ok: false, diagnostics: [{ code: 'BT_DSL_UNKNOWN_FIELD' }] });
    expect(await threads.run({ kind: 'describe', expression: 'span.duration > 1s' })).toMatchObject({ description: { subject: 'span' } });
    expect(await tries('{"expression": "span.duration > 1s", "span": {"duration": "2000000000"}}')).toMatchObject({ matches: true });
  });

  it('carry errors with their code, place and status', async () => {
    start();
    await expect(check('x'.repeat(10_001))).rejects.toMatchObject({ code: 'BT_API_EXPRESSION_TOO_LONG', status: 422 });
    await expect(tries('{"expression": oops}')).rejects.toMatchObject({ code: 'BT_HTTP_BAD_JSON', errors: [{ line: 1, column: 16 }] });
    await expect(tries('{"expression": "true", "trace": {"spans": [{"name": "x", "duration": "long"}]}}')).rejects.toMatchObject({
      code: 'BT_OTLP_SPAN_FIELD',
      errors: [{ path: 'trace.spans[0].duration' }],
    });
    await expect(tries('{"expression": "span.", "span": {}}')).rejects.toMatchObject({ code: 'BT_API_EXPRESSION_INVALID' });
  });

  it('end a task that times out, name its phase, and continue with another thread', async () => {
    // Long enough for a busy machine: the thread must name its phase in that time, and the task behind must end.
    start({ entry: thread(ENDLESS), deadline: 5_000 });
    const endless = check('endless');
    const behind = check('behind it');
    await expect(endless).rejects.toMatchObject({
      code: 'BT_API_EXPRESSION_TIMEOUT',
      status: 422,
      message: expect.stringContaining('longer than 5000 ms, while judging the spans'),
    });
    expect(await behind).toMatchObject({ expression: 'behind it' });
  });

  it('take an answer that came in time while the process itself was paused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'betrace-paused-'));
    const [first, second] = [join(folder, 'first'), join(folder, 'second')];
    try {
      start({ entry: thread(`tell({ type: 'done', result: task }); writeFileSync(task.expression, '');`), deadline: 1_000 });
      // The thread must be there. Afterwards timers are the next that the event loop looks at.
      await eventually(() => check(first).catch(() => undefined));
      await immediate();
      const answer = check(second);
      pausedUntil(() => existsSync(second), 1_100);
      await expect(answer).resolves.toMatchObject({ expression: second });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('answer that the request can be sent again where no thread starts in time, as on an overloaded machine', async () => {
    start({ entry: new URL('data:text/javascript,setInterval(() => undefined, 1_000)'), startTimeout: 200 });
    const [first, second] = [check('first'), check('behind it')];
    for (const refused of [first, second]) {
      await expect(refused).rejects.toMatchObject({ code: 'BT_API_EXPRESSIONS_NOT_STARTED', status: 503 });
    }
  });

  it('do not block the calling thread', async () => {
    start({ entry: thread(ENDLESS) });
    let ended = false;
    const endless = check('endless').catch(() => {
      ended = true;
    });
    let turns = 0;
    const counting = setInterval(() => turns++, 5);
    await eventually(async () => (turns > 5 ? true : undefined));
    clearInterval(counting);
    expect(ended).toBe(false);
    await threads.stop();
    await endless;
  });

  it('refuse tasks above the queue limit', async () => {
    start({ entry: thread(`setTimeout(() => tell({ type: 'done', result: task }), task.expression === 'slow' ? 200 : 0)`) });
    const taken = ['slow', 'one', 'two'].map(check);
    await expect(check('three')).rejects.toMatchObject({ code: 'BT_API_EXPRESSIONS_BUSY', status: 429, retryAfter: 1 });
    const results = await Promise.allSettled(taken);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
  });

  it('end a task that exceeds the memory limit', async () => {
    const greedy = `const all = []; for (;;) all.push(new Array(100_000).fill(task.expression))`;
    start({ entry: thread(`if (task.expression === 'greedy') { ${greedy} } tell({ type: 'done', result: task })`), memory: 32 });
    await expect(check('greedy')).rejects.toMatchObject({ code: 'BT_API_EXPRESSION_MEMORY', status: 422 });
    expect(await check('modest')).toMatchObject({ expression: 'modest' });
  });

  it('survive a thread that dies', async () => {
    start({ entry: thread(`if (task.expression === 'fatal') process.exit(3); tell({ type: 'done', result: task })`) });
    await expect(check('fatal')).rejects.toThrow('ended with code 3');
    expect(await check('next')).toMatchObject({ expression: 'next' });
  });

  it('reject all waiting tasks when the process stops', async () => {
    start({ entry: thread(ENDLESS) });
    const waiting = ['endless', 'one'].map((expression) => check(expression).catch((error: { code: string }) => error.code));
    await threads.stop();
    expect(await Promise.all(waiting)).toEqual(['BT_API_STOPPING', 'BT_API_STOPPING']);
    await expect(check('late')).rejects.toMatchObject({ code: 'BT_API_STOPPING' });
  });
});
