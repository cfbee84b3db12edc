import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EventStream } from '../../../../test/harness/event-stream.js';
import { ApiUnderTest } from '../testing/api-under-test.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { ViolationStream } from './violation-stream.js';

describe('/v1/violations/stream', () => {
  let api: ApiUnderTest;
  const streams: EventStream[] = [];
  beforeEach(async () => {
    api = await ApiUnderTest.start();
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await api.close();
  });

  const open = async (query = '', headers: Record<string, string> = {}) => {
    const stream = await EventStream.open(`${api.url}/v1/violations/stream${query}`, headers);
    streams.push(stream);
    if (stream.response.ok) await eventually(async () => (stream.lastId === '' ? undefined : true));
    return stream;
  };
  const seen = (stream: EventStream) => stream.events.map(({ event, data }) => `${event} ${(data as { id?: string }).id ?? ''}`);
  const shows = async (stream: EventStream, count: number) => {
    await eventually(async () => (stream.events.length >= count ? true : undefined));
    return seen(stream);
  };

  it('sends new violations and retractions, by the filters of the list', async () => {
    await publish(api.log, violation({ id: 'viol-before' }));
    await eventually(() => api.store.violation('viol-before'));
    const all = await open();
    const low = await open('?severity=low&view=full&status=open');
    expect(all.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await publish(api.log, violation({ id: 'viol-1' }), violation({ id: 'viol-2', severity: 'LOW', message: 'two\nlines' }));
    await shows(all, 2);
    await publish(api.log, violation({ id: 'viol-1', revision: 2, status: 'retracted' }), violation({ id: 'viol-3', severity: 'LOW' }));
    expect(await shows(all, 4)).toEqual(['violation viol-1', 'violation viol-2', 'violation viol-1', 'violation viol-3']);
    expect(all.events[2]?.data).toMatchObject({ status: 'retracted' });
    expect(await shows(low, 2)).toEqual(['violation viol-2', 'violation viol-3']);
    expect(low.events[0]?.data).toEqual((await api.ask('GET', '/v1/violations/viol-2')).body);
    expect(all.events[0]?.data).not.toHaveProperty('signature');
  });

  it('resumes after the last event, without duplicates, from the header and the parameter', async () => {
    const first = await open();
    await publish(api.log, violation({ id: 'viol-1' }), violation({ id: 'viol-2' }), violation({ id: 'viol-3' }));
    await shows(first, 3);
    first.close();
    const many = Array.from({ length: 250 }, (_, i) => violation({ id: `viol-late-${i}` }));
    await publish(api.log, ...many);
    await eventually(() => api.store.violation('viol-late-249'));
    const after = first.events[1]!.id;
    const expected = ['violation viol-3', ...many.map(({ id }) => `violation ${id}`)];
    expect(await shows(await open('', { 'last-event-id': after }), 251)).toEqual(expected);
    expect(await shows(await open(`?last_event_id=${after}`), 251)).toEqual(expected);
  });

  it('reports a possible gap for an unknown event, and continues with new ones', async () => {
    const current = await open();
    const [origin] = current.lastId.split('-');
    for (const id of ['00000000-1', `${origin}-999`]) {
      const stream = await open('', { 'last-event-id': id });
      expect(seen(stream)).toEqual(['reset ']);
      await publish(api.log, violation({ id: `viol-after-${id}` }));
      expect(await shows(stream, 2)).toEqual(['reset ', `violation viol-after-${id}`]);
    }
  });

  it.each([
    ['?last_event_id=x', 'BT_API_EVENT_ID_INVALID'],
    ['?last_event_id=0123abcd-1e3', 'BT_API_EVENT_ID_INVALID'],
    [`?last_event_id=${'1'.repeat(101)}`, 'BT_HTTP_INVALID'],
    ['?limit=5', 'BT_HTTP_INVALID'],
    ['?severity=none', 'BT_HTTP_INVALID'],
  ])('refuses %s', async (query, code) => {
    const answer = await api.ask('GET', `/v1/violations/stream${query}`);
    expect([answer.status, answer.body['code']]).toEqual([400, code]);
  });

  it('limits streams, and releases the place of a client that is gone', async () => {
    const open20 = await Promise.all(Array.from({ length: 20 }, () => open()));
    const refused = await api.ask('GET', '/v1/violations/stream');
    expect([refused.status, refused.body['code'], refused.headers.get('retry-after')]).toEqual([429, 'BT_API_TOO_MANY_STREAMS', '1']);
    open20[7]!.close();
    await eventually(async () => ((await open()).response.ok ? true : undefined));
  });

  it('ends in order when the process stops, without waiting for its connection', async () => {
    await api.close();
    api = await ApiUnderTest.start('--server.shutdown_timeout=10m');
    const stream = await open();
    const began = performance.now();
    const stopped = api.close();
    await eventually(async () => (stream.ended ? true : undefined));
    expect(seen(stream)).toEqual(['end ']);
    await stopped;
    // A stop that waits for the connection takes `server.shutdown_timeout`.
    expect(performance.now() - began).toBeLessThan(60_000);
    api = await ApiUnderTest.start();
  });
});

describe('ViolationStream', () => {
  it('reserves places for others when one key opens many streams, and limits the total', async () => {
    const { log, store } = await logAndStore();
    const stream = new ViolationStream(store, silent);
    const closed = new Map<string, AbortController[]>();
    const opened = async (caller: string, count: number): Promise<number> => {
      let open = 0;
      for (let i = 0; i < count; i++) {
        const gone = new AbortController();
        const request = { filter: {}, caller, after: undefined, view: () => ({}), gone: gone.signal, allowed: async () => true };
        const isOpen = await stream.begin(request).then(
          () => true,
          (error: unknown) => {
            expect(error).toMatchObject({ code: 'BT_API_TOO_MANY_STREAMS', status: 429 });
            return false;
          },
        );
        if (!isOpen) continue;
        open++;
        closed.set(caller, [...(closed.get(caller) ?? []), gone]);
      }
      return open;
    };
    expect([await opened('key greedy', 40), await opened('key b', 20), await opened('address 192.0.2.1', 40)]).toEqual([20, 20, 10]);
    for (const gone of closed.get('key greedy')!) gone.abort();
    expect([await opened('key b', 1), await opened('key greedy', 30), await opened('address 192.0.2.1', 1)]).toEqual([0, 20, 0]);
    await log.close();
    await store.close();
  });

  it('sends nothing more to a caller who lost access', async () => {
    const { log, store } = await logAndStore();
    let mayRead = true;
    const stream = new ViolationStream(store, silent, 1);
    const gone = new AbortController().signal;
    const parts = await stream.begin({
      filter: {},
      caller: 'key a',
      after: undefined,
      view: () => ({}),
      gone,
      allowed: async () => mayRead,
    });
    expect((await parts.next()).value).toContain(': begins');
    expect((await parts.next()).value).toContain(': heartbeat');
    mayRead = false;
    expect((await parts.next()).value).toMatch(/^event: end\ndata: .*no longer valid/);
    expect((await parts.next()).done).toBe(true);
    await log.close();
    await store.close();
  });

  it('sends heartbeats with its position, and ends when the store fails', async () => {
    const { log, store } = await logAndStore();
    const gone = new AbortController();
    const stream = new ViolationStream(store, silent, 1);
    const parts = await stream.begin({
      filter: {},
      caller: 'key a',
      after: undefined,
      view: () => ({}),
      gone: gone.signal,
      allowed: async () => true,
    });
    const { origin } = await store.violationSequence();
    expect((await parts.next()).value).toBe(`retry: 2000\n: begins\nid: ${origin}-0\n\n`);
    expect((await parts.next()).value).toBe(`: heartbeat\nid: ${origin}-0\n\n`);
    store.violationSequence = () => Promise.reject(new Error('away'));
    expect((await parts.next()).value).toMatch(/^event: end\ndata: .*\n\n$/);
    expect((await parts.next()).done).toBe(true);
    await log.close();
    await store.close();
  });
});
