import { describe, expect, it } from '@jest/globals';
import { ClosedTraces } from '#engine';
import { ClosedTracePublisher } from './closed-trace-publisher.js';

const HOUR = 3_600_000;

describe('ClosedTracePublisher', () => {
  it("publishes an hour's counts when they change, and again after a failure", () => {
    const closed = new ClosedTraces();
    let now = 0;
    const tell = new ClosedTracePublisher(3, closed, () => now);
    const told = () => tell.records().map((record) => [tell.key(record), record.hour, record.epochs]);
    expect(told()).toEqual([]);
    now = 100 * HOUR;
    closed.note(now, 1);
    closed.note(now + 20_000, 2);
    expect(told()).toEqual([
      [
        '/traces/3/0',
        100,
        [
          [1, 0, [1]],
          [2, 2, [1]],
        ],
      ],
    ]);
    expect(told()).toEqual([]);
    closed.note(now + 30_000, 2);
    const records = tell.records();
    expect(records.map(({ epochs }) => epochs)).toEqual([
      [
        [1, 0, [1]],
        [2, 2, [1, 1]],
      ],
    ]);
    tell.untold(records);
    expect(tell.records()).toEqual(records);
    // A trace that closes at the end of an hour may have no successor in the next; each hour is reported to its end.
    closed.note(now + HOUR, 2);
    expect(told()).toEqual([['/traces/3/1', 101, [[2, 0, [1]]]]]);
    now += HOUR;
    closed.note(now - 1, 2);
    expect(told()).toEqual([
      [
        '/traces/3/0',
        100,
        [
          [1, 0, [1]],
          [2, 2, [1, 1, ...Array.from({ length: 355 }, () => 0), 1]],
        ],
      ],
    ]);
    now += 2 * HOUR;
    expect(told()).toEqual([]);
  });
});
