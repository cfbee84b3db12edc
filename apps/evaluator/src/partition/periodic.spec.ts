import { describe, expect, it } from '@jest/globals';
import { idleInterval, Periodic, tellInterval } from './periodic.js';

describe('periodic work', () => {
  it('runs at the same moments whenever it started, and at most an interval late', () => {
    let now = 0;
    const moments = (start: number): readonly number[] => {
      const periodic = new Periodic(
        () => 100,
        () => now,
        start,
      );
      const done: number[] = [];
      for (now = start; now < 1_000; now += 10) {
        if (!periodic.due) continue;
        periodic.done();
        done.push(now);
      }
      return done;
    };
    expect(moments(0)).toEqual([100, 200, 300, 400, 500, 600, 700, 800, 900]);
    expect(moments(370)).toEqual([400, 500, 600, 700, 800, 900]);
    expect(moments(590)).toEqual([600, 700, 800, 900]);
  });

  it('is due at once the first time, and always without an interval', () => {
    const never = new Periodic(
      () => 100,
      () => 5,
    );
    expect(never.due).toBe(true);
    never.done();
    expect(never.due).toBe(false);
    const always = new Periodic(
      () => 0,
      () => 5,
    );
    always.done();
    expect(always.due).toBe(true);
  });

  it('looks at a quiet partition at most four times later where a thread has many', () => {
    expect([0, 1, 12, 16, 32, 64, 500].map((partitions) => idleInterval(partitions, 50))).toEqual([50, 50, 50, 50, 100, 200, 200]);
  });

  it('costs a thread with 64 partitions as many checks as one with 12', () => {
    expect([1, 4, 12].map(tellInterval)).toEqual([200, 200, 200]);
    expect(64 * (1_000 / tellInterval(64))).toBeLessThanOrEqual(12 * (1_000 / tellInterval(12)) + 5);
  });
});
