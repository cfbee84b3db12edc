import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { EventStream } from '../harness/event-stream.js';
import { eventually } from '../harness/eventually.js';

/** A client that follows violations while the server is replaced, like the console. */
describe('a stream of violations', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  beforeEach(async () => {
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, BETRACE_DRAIN_PERIOD: '8s' } });
  };
  const send = (traceId: string) =>
    betrace.json('POST', '/v1/spans', {
      spans: [{ trace_id: traceId, span_id: 'a', name: 'slow', start_time: '1699000000000000000', duration: 2_000_000_000 }],
    });
  const traces = ({ events }: EventStream) =>
    events.filter(({ event }) => event === 'violation').map(({ data }) => (data as { trace_id: string }).trace_id);

  it('ends in order at a stop and resumes at the next start, without gaps or duplicates; groups agree', async () => {
    await start();
    await betrace.json('POST', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s' });
    const first = await EventStream.open(`${betrace.url}/v1/violations/stream`);
    await eventually('the stream', async () => first.lastId || undefined);
    await send('one');
    await eventually('the first violation', async () => (traces(first).length > 0 ? true : undefined));
    const stopped = betrace.stop();
    await eventually('the end of the stream', async () => (first.ended ? true : undefined));
    expect(first.events.at(-1)?.event).toBe('end');
    // It serves during the drain period: violations in that time belong to the next stream.
    expect((await send('two')).status).toBeLessThan(300);
    expect(await stopped).toBe(0);

    await start();
    const second = await EventStream.open(`${betrace.url}/v1/violations/stream`, { 'last-event-id': first.lastId });
    await send('three');
    await eventually('the others', async () => (traces(second).length >= 2 ? true : undefined));
    expect([traces(first), traces(second)]).toEqual([['one'], ['two', 'three']]);
    second.close();

    await eventually('the group of all', async () => {
      const { body } = await betrace.json<{ groups: readonly object[] }>('GET', '/v1/violations/groups');
      expect(body.groups).toEqual([expect.objectContaining({ rule_id: 'slow', count: 3, state: 'new' })]);
      return true;
    });
  });
});
