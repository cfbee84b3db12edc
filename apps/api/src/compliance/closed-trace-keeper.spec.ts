import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#platform';
import type { ClosedTracesRecord } from '#records';
import type { ClosedTracesCount } from '#store';
import { ClosedTraceKeeper } from './closed-trace-keeper.js';

const silent = createLogger({ level: 'fatal', format: 'json' } as never);

describe('ClosedTraceKeeper', () => {
  const record = (hour: number, ...epochs: ClosedTracesRecord['epochs']): ClosedTracesRecord => ({
    kind: 'traces',
    partition: 0,
    hour,
    epochs,
  });

  it('stores every count after the store is back, the highest of each part, with bounded memory meanwhile', async () => {
    const kept: ClosedTracesCount[][] = [];
    let away = true;
    const store = {
      keepClosedTraces: async (counts: readonly ClosedTracesCount[]) => {
        if (away) throw new Error('away');
        kept.push([...counts]);
      },
    };
    const keeping = new ClosedTraceKeeper(store, silent);
    keeping.take(record(1, [7, 2, [5, 1]]));
    await expect(keeping.keep()).rejects.toThrow('away');
    // Another evaluator, which started later.
    keeping.take(record(1, [7, 3, [4, 9]]));
    await expect(keeping.keep()).rejects.toThrow('away');
    keeping.take(record(2, [8, 0, [1]], [7, 0, [2]]));
    await expect(keeping.keep()).rejects.toThrow('away');
    away = false;
    await keeping.keep();
    expect(kept).toEqual([
      [
        { hour: 1, partition: 0, epoch: 7, first: 2, counts: [5, 4, 9] },
        { hour: 2, partition: 0, epoch: 8, first: 0, counts: [1] },
        { hour: 2, partition: 0, epoch: 7, first: 0, counts: [2] },
      ],
    ]);
    await keeping.keep();
    expect(kept).toHaveLength(1);
  });

  it.each([
    [{ partition: -1, hour: 1, epochs: [] }],
    [{ partition: 0, hour: Number.NaN, epochs: [] }],
    [{ partition: 0, hour: 1 }],
    [{ partition: 0, hour: 1, epochs: [[1, 359, [1, 1]]] }],
    [{ partition: 0, hour: 1, epochs: [[1, 0, [-1]]] }],
    [{ partition: 0, hour: 1, epochs: [[1, 0, ['1']]] }],
    [{ partition: 0, hour: 1, epochs: [[1.5, 0, [1]]] }],
    [{ partition: 0, hour: 1, epochs: [7] }],
  ])('refuses %j', (wrong) => {
    const keeping = new ClosedTraceKeeper({ keepClosedTraces: async () => undefined }, silent);
    expect(() => keeping.take({ kind: 'traces', ...wrong } as unknown as ClosedTracesRecord)).toThrow(TypeError);
  });
});
