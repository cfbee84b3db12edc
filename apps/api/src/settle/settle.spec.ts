import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log } from '#messaging';
import { CONTROL_BARRIER_PREFIX, CONTROL_HEADER, CONTROL_OPEN_PREFIX, CONTROL_SETTLED_PREFIX, TOPICS } from '#records';
import type { Store } from '#store';
import { KEEP_READER } from '../keep/violation-keeper.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { Settle } from './settle.js';

describe('waiting for verdicts', () => {
  let log: Log;
  let store: Store;
  let settle: Settle;
  let hurried: number;
  /** Readings of the clock, one after each look; and how far the test has put it forward (ms). */
  let looks: number;
  let past: number;
  beforeEach(async () => {
    ({ log, store } = await logAndStore());
    hurried = looks = past = 0;
    settle = new Settle(
      log,
      store,
      () => {
        looks++;
        return performance.now() + past;
      },
      () => hurried++,
    );
  });
  afterEach(async () => {
    settle.stop();
    await log.close();
    await store.close();
  });

  const barriers = async (partition: number): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { records } of log.read(TOPICS.spans, partition, 0)) {
      for (const { headers } of records) {
        const control = headers?.[CONTROL_HEADER] ?? '';
        if (control.startsWith(CONTROL_BARRIER_PREFIX)) ids.push(control.slice(CONTROL_BARRIER_PREFIX.length));
      }
    }
    return ids;
  };
  const barrier = (n = 0) => eventually(async () => (await barriers(1))[n]);
  const say = async (partition: number, control: string): Promise<number> => {
    const [offset = 0] = await log.append(TOPICS.violations, [
      { partition, value: new Uint8Array(), headers: { [CONTROL_HEADER]: control } },
    ]);
    return offset;
  };
  const keep = (partition: number, position: number) => store.keep({ reader: KEEP_READER, partition, position, violations: [] });
  const settled = async (id: string) => {
    for (const partition of [0, 1]) await keep(partition, (await say(partition, `${CONTROL_SETTLED_PREFIX}${id}`)) + 1);
  };
  const state = async (promise: Promise<unknown>) =>
    Promise.race([promise.then(() => 'done'), new Promise((resolve) => setTimeout(() => resolve('waits'), 60))]);

  it('ends when every partition is judged and its violations are stored, not earlier', async () => {
    const done = settle.wait(20_000);
    const id = await barrier();
    await publish(log, violation());
    const first = await say(0, `${CONTROL_SETTLED_PREFIX}${id}`);
    await keep(0, first + 1);
    expect(await state(done)).toBe('waits');
    const second = await say(1, `${CONTROL_SETTLED_PREFIX}${id}`);
    await keep(1, second);
    expect(await state(done)).toBe('waits');
    await keep(1, second + 1);
    await done;
  });

  it('hurries the storing of violations once they are judged, not earlier', async () => {
    const done = settle.wait(20_000);
    const id = await barrier();
    expect(await state(done)).toBe('waits');
    expect(hurried).toBe(0);
    const offset = await say(0, `${CONTROL_SETTLED_PREFIX}${id}`);
    await eventually(async () => (hurried > 0 ? true : undefined));
    await keep(0, offset + 1);
    await keep(1, (await say(1, `${CONTROL_SETTLED_PREFIX}${id}`)) + 1);
    await done;
  });

  it('ignores the answer to another barrier', async () => {
    const done = settle.wait(20_000);
    const id = await barrier();
    await settled('another');
    expect(await state(done)).toBe('waits');
    await settled(id);
    await done;
  });

  it('names what is missing at the timeout', async () => {
    const done = settle.wait(20_000);
    done.catch(() => undefined);
    const id = await barrier();
    await say(0, `${CONTROL_OPEN_PREFIX}${id}:3`);
    // A later look has read it.
    const before = looks;
    await eventually(async () => (looks > before + 2 ? true : undefined));
    past = 20_000;
    await expect(done).rejects.toMatchObject({
      code: 'BT_API_NOT_SETTLED',
      status: 504,
      errors: [
        { message: 'partition 0 had 3 open traces when it was asked' },
        { message: 'partition 1 was not read that far by an evaluator' },
      ],
    });
  });

  it('shares barriers among concurrent requests, and appends a new one for later requests', async () => {
    const together = [settle.wait(20_000), settle.wait(20_000), settle.wait(20_000)];
    const first = await barrier();
    const later = settle.wait(20_000);
    const second = await barrier(1);
    await settled(first);
    await Promise.all(together);
    expect(await state(later)).toBe('waits');
    await settled(second);
    await later;
    expect(await barriers(0)).toHaveLength(2);
  });

  it('limits waiting requests, and rejects them when the process stops', async () => {
    const waiting = Array.from({ length: 100 }, () => settle.wait(20_000));
    await expect(settle.wait(20_000)).rejects.toMatchObject({ code: 'BT_API_TOO_MANY_WAIT', status: 429, retryAfter: 1 });
    await barrier();
    settle.stop();
    const codes = await Promise.all(waiting.map((one) => one.catch((error: { code: string }) => error.code)));
    expect(new Set(codes)).toEqual(new Set(['BT_API_STOPPING']));
  });

  it('gives up its place when the client is gone', async () => {
    const gone = new AbortController();
    const waiting = Array.from({ length: 100 }, () => settle.wait(20_000, gone.signal));
    await barrier();
    gone.abort();
    await Promise.all(waiting);
    const done = settle.wait(20_000);
    await settled(await barrier(1));
    await done;
  });

  it('fails with the log, and works again after it', async () => {
    const append = log.append.bind(log);
    log.append = () => Promise.reject(new Error('away'));
    await expect(settle.wait(20_000)).rejects.toThrow('away');
    log.append = append;
    const done = settle.wait(20_000);
    await settled(await barrier());
    await done;
  });
});
