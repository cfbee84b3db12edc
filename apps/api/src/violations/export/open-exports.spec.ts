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

  it('hold no place for a client that left before its export began', async () => {
    const exports = new OpenExports({ all: 1, ofOne: 1 });
    const asked = { caller: 'a', begin: async () => three(), stalled: never };
    // No client reads it.
    await exports.run({ ...asked, gone: AbortSignal.abort() });
    expect(await taken(await exports.run({ ...asked, gone: here }))).toEqual(['a', 'b', 'c']);
  });

  it('are refused beyond the limit, until one completes, fails to begin, or loses its client', async () => {
    const exports = new OpenExports({ all: 1, ofOne: 1 });
    const asked = (caller: string, begin: () => Promise<AsyncGenerator<string>>, gone = here) =>
      exports.run({ caller, gone, begin, stalled: never });
    const first = await asked('a', async () => three());
    await expect(asked('b', async () => three())).rejects.toMatchObject({
      code: 'BT_API_TOO_MANY_EXPORTS',
      status: 429,
      retryAfter: 1,
    });
    expect(await taken(first)).toEqual(['a', 'b', 'c']);
    await expect(asked('b', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    const gone = new AbortController();
    await asked('b', async () => endless(), gone.signal);
    await expect(asked('a', async () => three())).rejects.toMatchObject({ status: 429 });
    gone.abort();
    const last = await asked('a', async () => three());
    await expect(asked('b', async () => three())).rejects.toMatchObject({ status: 429 });
    await last.return(undefined);
  });

  it('of one key or address are limited, so that others get places', async () => {
    const exports = new OpenExports({ all: 3, ofOne: 2 });
    const asked = (caller: string) => exports.run({ caller, gone: here, begin: async () => three(), stalled: never });
    const first = await asked('greedy');
    await asked('greedy');
    await expect(asked('greedy')).rejects.toThrow(/2 exports at a time of one key or address/);
    await asked('other');
    await expect(asked('another')).rejects.toThrow(/3 exports at a time of this process/);
    await taken(first);
    await asked('greedy');
  });

  it('end when their client takes nothing', async () => {
    const exports = new OpenExports({ all: 1, ofOne: 1 }, 20);
    let body: Readable | undefined;
    const request = { caller: 'a', gone: here, begin: async () => endless() };
    const parts = await exports.run({ ...request, stalled: (error) => body?.destroy(error) });
    body = Readable.from(parts, { objectMode: false });
    const failed = new Promise<Error>((resolve) => body!.once('error', resolve));
    body.read();
    expect((await failed).message).toBe('the client took nothing for 0.02 s');
    const next = await exports.run({ ...request, begin: async () => three(), stalled: never });
    expect(await taken(next)).toHaveLength(3);
  });
});
