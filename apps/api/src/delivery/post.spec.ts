import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { pausedUntil } from '../testing/paused-until.js';
import { ANSWER_BYTES, post } from './post.js';

describe('a request that is posted', () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });
  const serve = async (listener: RequestListener): Promise<string> => {
    server = createServer(listener);
    await new Promise<void>((done) => server!.listen(0, '127.0.0.1', done));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  };
  /** Sends as fast as the client reads, and reports how much was sent when the connection closed. */
  const endless = (status: number, sent: (bytes: number) => void): RequestListener => {
    const chunk = Buffer.alloc(65_536, 'x');
    return (_request, response) => {
      let bytes = 0;
      response.writeHead(status);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk)) bytes += chunk.length;
      };
      response.on('drain', more).on('close', () => sent(bytes));
      more();
    };
  };

  it.each([
    [500, false],
    [500, true],
    [200, false],
    [200, true],
  ])('limits the memory for an endless answer: status %i, status only: %s', async (status, statusOnly) => {
    let closed!: (bytes: number) => void;
    const sent = new Promise<number>((resolve) => {
      closed = resolve;
    });
    const url = await serve(endless(status, closed));
    const answer = await post(url, '{}', { headers: {}, timeout: 20_000, statusOnly });
    expect(answer.status).toBe(status);
    expect(answer.content.length).toBeLessThan(2 * ANSWER_BYTES);
    // Includes the buffers of both sockets.
    expect(await sent).toBeLessThan(64 * ANSWER_BYTES);
  });

  it('accepts a success whose body never ends only if its status suffices', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200).write('a');
    });
    expect((await post(url, '{}', { headers: {}, timeout: 60_000, statusOnly: true })).status).toBe(200);
    await expect(post(url, '{}', { headers: {}, timeout: 500 })).rejects.toThrow('no answer within 500 ms');
  });

  it('has the answer that came in time while the process itself was paused', async () => {
    // 1: the request is there; 2: the answer may be sent; 3: it is sent.
    const state = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(
      `const { parentPort, workerData: state } = require('node:worker_threads');
      const server = require('node:http').createServer((request, response) => request.resume().on('end', () => {
        Atomics.store(state, 0, 1);
        Atomics.wait(state, 0, 1);
        response.on('finish', () => Atomics.store(state, 0, 3)).end('taken');
      }));
      server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
      { eval: true, workerData: state },
    );
    try {
      const port = await new Promise((resolve) => worker.once('message', resolve));
      const posted = post(`http://127.0.0.1:${port}/`, '{}', { headers: {}, timeout: 5_000 });
      posted.catch(() => undefined);
      while (Atomics.load(state, 0) !== 1) await immediate();
      Atomics.store(state, 0, 2);
      Atomics.notify(state, 0);
      pausedUntil(() => Atomics.load(state, 0) === 3, 5_000);
      expect((await posted).content.toString()).toBe('taken');
    } finally {
      await worker.terminate();
    }
  });

  it('ends with the reason of its signal, even during the answer', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(500).write('a');
    });
    const stopping = new AbortController();
    const posted = post(url, '{}', { headers: {}, timeout: 20_000, signal: stopping.signal });
    setTimeout(() => stopping.abort(new Error('stopping')), 100);
    await expect(posted).rejects.toThrow('stopping');
  });

  it('follows no redirect, and reads Retry-After', async () => {
    const url = await serve((_request, response) => response.writeHead(307, { location: '/other', 'retry-after': '7' }).end());
    expect(await post(url, '{}', { headers: {}, timeout: 60_000 })).toMatchObject({ status: 307, location: '/other', retryAfter: 7_000 });
  });
});
