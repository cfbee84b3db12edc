import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { OpenExports } from './open-exports.js';

describe('exports that are open at once', () => {
  const endless = async function* () {
    for (;;) yield 'x'.repeat(1_000);
  };
  const three = async function* () {
    yield* ['a', 'b', 'c'];
  };
  const taken = async (parts: AsyncGenerator<string>) => {
    const all: string[] = [];
    for await (const part of parts) all.push(part);
    return all;
  };
  const never = () => undefined;
  const here = new AbortController().signal;

  it('are refused beyond the limit, until one was taken whole, failed to begin, or its client went', async () => {
    const exports = new OpenExports(1);
    const first = await exports.run(here, async () => three(), never);
    await expect(exports.run(here, async () => three(), never)).rejects.toMatchObject({
      code: 'BT_API_TOO_MANY_EXPORTS',
      status: 429,
      retryAfter: 1,
    });
    expect(await taken(first)).toEqual(['a', 'b', 'c']);
    await expect(exports.run(here, () => Promise.reject(new Error('away')), never)).rejects.toThrow('away');
    const gone = new AbortController();
    await exports.run(gone.signal, async () => endless(), never);
    await expect(exports.run(here, async () => three(), never)).rejects.toMatchObject({ status: 429 });
    gone.abort();
    const last = await exports.run(here, async () => three(), never);
    await expect(exports.run(here, async () => three(), never)).rejects.toMatchObject({ status: 429 });
    await last.return(undefined);
  });

  it('end when their client takes nothing', async () => {
    const exports = new OpenExports(1, 20);
    let body: Readable | undefined;
    const parts = await exports.run(
      here,
      async () => endless(),
      (error) => body?.destroy(error),
    );
    body = Readable.from(parts, { objectMode: false });
    const failed = new Promise<Error>((resolve) => body!.once('error', resolve));
    body.read();
    expect((await failed).message).toBe('the client took nothing for 0.02 s');
    const next = await exports.run(here, async () => three(), never);
    expect(await taken(next)).toHaveLength(3);
  });
});
