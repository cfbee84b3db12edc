import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ServerEvent, serverEvents } from './server-events.js';

async function read(text: string, cuts: readonly number[]): Promise<readonly ServerEvent[]> {
  const bytes = Buffer.from(text);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const events: ServerEvent[] = [];
  async function* parts(): AsyncGenerator<Uint8Array> {
    for (let i = 1; i < places.length; i++) yield bytes.subarray(places[i - 1]!, places[i]!);
  }
  for await (const event of serverEvents(parts())) events.push(event);
  return events;
}

describe('server-sent events', () => {
  const STREAM =
    'retry: 2000\n\n: comment\nid: a-1\nevent: violation\ndata: {"name":"ü😀"}\n\nid: a-2\n\ndata:one\ndata: two\n\nevent: end\n\ndata: cut of';

  it('are the same for any chunks and line ends', async () => {
    const expected = [
      { event: 'violation', data: '{"name":"ü😀"}', id: 'a-1' },
      { event: '', data: '', id: 'a-2' },
      { event: 'message', data: 'one\ntwo', id: 'a-2' },
      { event: 'end', data: '', id: 'a-2' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), fc.constantFrom('\n', '\r\n'), async (cuts, end) => {
        expect(await read(STREAM.replaceAll('\n', end), cuts)).toEqual(expected);
      }),
    );
  });
});
