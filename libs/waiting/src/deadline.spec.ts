import { setImmediate as immediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { waitAtMost, withDeadline } from './deadline.js';

const never = new Promise<never>(() => {});
const late = (): Error => new Error('too late');

describe('a deadline', () => {
  it('gives the result of work that is in time', async () => {
    await expect(withDeadline(Promise.resolve(7), 60_000, late)).resolves.toBe(7);
  });

  it('rejects work that is late, with the error of the caller', async () => {
    await expect(withDeadline(never, 1, late)).rejects.toThrow('too late');
  });

  it('passes the error of the work on', async () => {
    await expect(withDeadline(Promise.reject(new Error('refused')), 60_000, late)).rejects.toThrow('refused');
    await expect(waitAtMost(Promise.reject(new Error('refused')), 60_000)).rejects.toThrow('refused');
  });

  it('takes an answer that arrived in time while the process itself was paused', async () => {
    const state = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads');
      parentPort.postMessage(7);
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);`,
      { eval: true, workerData: state },
    );
    const answered = Promise.withResolvers<number>();
    worker.once('message', answered.resolve);
    try {
      // Timers are the next that the event loop looks at.
      await immediate();
      const result = withDeadline(answered.promise, 50, late);
      // Nothing is read here until the thread has answered, nor until the deadline is over.
      Atomics.wait(state, 0, 0);
      Atomics.wait(state, 0, 1, 100);
      await expect(result).resolves.toBe(7);
    } finally {
      await worker.terminate();
    }
  });

  it('gives work the time again in which the whole machine was paused', async () => {
    const result = withDeadline(new Promise((answer) => setImmediate(() => setTimeout(answer, 100, 7))), 400, late);
    // Nothing runs in this time, so the work begins after the deadline.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    await expect(result).resolves.toBe(7);
    await expect(withDeadline(never, 1, late)).rejects.toThrow('too late');
  });

  it('ends the wait for late work without an error', async () => {
    await expect(waitAtMost(never, 1)).resolves.toBeUndefined();
  });

  it('leaves no timer that keeps the process alive', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await withDeadline(Promise.resolve(), 60_000, late);
    await waitAtMost(Promise.resolve(), 60_000);
    expect(timers()).toBe(before);
  });
});
