import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeRequest, spansFromValue, type TraceRequest } from '#otlp';
import { CollectedTraces } from './collected-traces.js';

type Json = Readonly<Record<string, string | number>>;
const requestOf = (...spans: Json[]): TraceRequest => spansFromValue({ spans }, { incomplete: true });
const TIMES = { rootGrace: 10, idleTimeout: 100 };
const root = { trace_id: 't', span_id: 'a', name: 'root', service: 'shop', start_time: 5, duration: 10 };
const child = { trace_id: 't', span_id: 'b', parent_id: 'a', name: 'child', start_time: 2, duration: 1, status: 'error' };

describe('CollectedTraces', () => {
  it('is the same in whatever order records come, and however often', () => {
    const records = [root, child, { ...child, span_id: 'c', start_time: 9, duration: 20 }].map((span) => encodeRequest(requestOf(span)));
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), (order) => {
        const collected = new CollectedTraces(() => true);
        for (const at of order) collected.add(records[at]!, at);
        expect(collected.closed(TIMES, 12)).toEqual([
          expect.objectContaining({
            traceId: 't',
            name: 'root',
            service: 'shop',
            spans: 3,
            errors: 2,
            duration: 27n,
            receivedAt: 2,
            complete: true,
          }),
        ]);
      }),
    );
  });

  it('closes a whole trace after the grace of its root, and another one after the idle timeout', () => {
    const whole = new CollectedTraces(() => true);
    whole.add(encodeRequest(requestOf(root, child)), 1_000);
    expect([whole.closed(TIMES, 1_009).length, whole.closed(TIMES, 1_010).length]).toEqual([0, 1]);
    const part = new CollectedTraces(() => true);
    part.add(encodeRequest(requestOf(child)), 1_000);
    expect([part.closed(TIMES, 1_099).length, part.closed(TIMES, 1_100)]).toEqual([
      0,
      [expect.objectContaining({ name: 'child', complete: false })],
    ]);
  });

  it('has no spans that BeTrace emitted, none of another partition, and none of a record that cannot be read', () => {
    const own = requestOf({ ...root, trace_id: 'own' });
    const [resource] = own.resourceSpans;
    const scopeSpans = resource!.scopeSpans.map((each) => ({
      ...each,
      scope: { name: 'betrace', version: '', attributes: [], droppedAttributesCount: 0 },
    }));
    const mine = requestOf(root);
    const wanted = mine.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId;
    const collected = new CollectedTraces((id) => id === wanted || id === own.resourceSpans[0]!.scopeSpans[0]!.spans[0]!.traceId);
    collected.add(encodeRequest({ resourceSpans: [{ ...resource!, scopeSpans }] }), 0);
    collected.add(encodeRequest(requestOf({ ...root, trace_id: 'elsewhere' })), 0);
    collected.add(Uint8Array.of(255, 255), 0);
    collected.add(encodeRequest(mine), 0);
    expect(collected.closed(TIMES, 1_000).map(({ traceId }) => traceId)).toEqual(['t']);
  });
});
