import { afterEach, describe, expect, it } from '@jest/globals';
import type { TestResult } from './expression.dto.js';
import { ExpressionThreads, type ExpressionThreadsOptions } from './expression-threads.js';

const BUILT = new URL('../../../../dist/apps/api/src/expressions/thread.js', import.meta.url);
const DEFAULTS = { maxLength: 10_000, evaluationTimeout: 100, threads: 1, queue: 2, deadline: 60_000, entry: BUILT };

/** A thread that runs this script for each task. */
const thread = (script: string): URL =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';
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
    start({ entry: thread(ENDLESS), deadline: 200 });
    const endless = check('endless');
    const behind = check('behind it');
    await expect(endless).rejects.toMatchObject({
      code: 'BT_API_EXPRESSION_TIMEOUT',
      status: 422,
      message: expect.stringContaining('longer than 200 ms, while judging the spans'),
    });
    expect(await behind).toMatchObject({ expression: 'behind it' });
  });

  it('answer that the request can be sent again where no thread starts in time, as on an overloaded machine', async () => {
    start({ entry: new URL('data:text/javascript,setInterval(() => undefined, 1_000)'), startTimeout: 200 });
    const [first, second] = [check('first'), check('behind it')];
    for (const refused of [first, second]) {
      await expect(refused).rejects.toMatchObject({ code: 'BT_API_EXPRESSIONS_NOT_STARTED', status: 503 });
    }
  });

  it('do not block the calling thread', async () => {
    start({ entry: thread(ENDLESS), deadline: 300 });
    let turns = 0;
    const counting = setInterval(() => turns++, 5);
    await expect(check('endless')).rejects.toThrow();
    clearInterval(counting);
    expect(turns).toBeGreaterThan(5);
  });

  it('refuse tasks above the queue limit', async () => {
    start({ entry: thread(ENDLESS), deadline: 500 });
    const taken = ['endless', 'one', 'two'].map(check);
    await expect(check('three')).rejects.toMatchObject({ code: 'BT_API_EXPRESSIONS_BUSY', status: 429, retryAfter: 1 });
    const results = await Promise.allSettled(taken);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
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
