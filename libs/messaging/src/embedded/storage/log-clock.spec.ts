import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LogClock } from './log-clock.js';

const HOUR = 3_600_000;

describe('LogClock', () => {
  let wall: number;
  let monotonic: number;
  const clocks = { wall: () => wall, monotonic: () => monotonic };
  const pass = (ms: number): void => {
    wall += ms;
    monotonic += ms;
  };
  /** Time passes, and the clock beats; returns the pauses found. */
  const beating = (clock: LogClock, ms: number): number => {
    let paused = 0;
    for (let passed = 0; passed < ms; passed += 500) {
      pass(500);
      const beat = clock.beat();
      beat.take();
      paused += beat.pause;
    }
    return paused;
  };

  beforeEach(() => {
    wall = 1_700_000_000_000;
    monotonic = 77;
  });

  it('equals the wall clock while that is right', () => {
    const clock = LogClock.start(undefined, clocks);
    expect(beating(clock, 10_000)).toBe(0);
    pass(333);
    expect(clock.now()).toBe(wall);
    expect(clock.ahead()).toBe(0);
  });

  it('continues more slowly when the wall clock is set back, until it has caught up', () => {
    const clock = LogClock.start(undefined, clocks);
    beating(clock, 1_000);
    const before = clock.now();
    wall -= 60_000;
    expect(beating(clock, 100_000)).toBe(0);
    expect(clock.now()).toBe(before + 90_000);
    expect(clock.ahead()).toBe(50_000);
    beating(clock, 500_000);
    expect(clock.ahead()).toBe(0);
    expect(clock.now()).toBe(wall);
  });

  it('continues from the last beat after a restart with a wall clock set back by days', () => {
    const clock = LogClock.start(wall + 72 * HOUR, clocks);
    const start = clock.now();
    expect(start).toBe(wall + 72 * HOUR + 1_000);
    clock.beat().take();
    expect(beating(clock, 10_000)).toBe(0);
    expect(clock.now() - start).toBeGreaterThan(8_900);
  });

  it('records a restart after an hour as a pause of an hour', () => {
    const clock = LogClock.start(wall - HOUR, clocks);
    expect(clock.now()).toBe(wall - HOUR + 1_000);
    const beat = clock.beat();
    expect(beat.pause).toBe(HOUR);
    expect(beat.time).toBe(wall);
    expect(clock.now()).toBe(wall - HOUR + 1_000);
    beat.take();
    expect(clock.now()).toBe(wall);
  });

  it('stands still without beats, and records the whole time as a pause', () => {
    const clock = LogClock.start(undefined, clocks);
    beating(clock, 1_000);
    const before = clock.now();
    pass(70_000);
    expect(clock.now()).toBe(before + 1_000);
    expect(clock.beat().pause).toBe(70_000);
  });

  it('records a step ahead of the wall clock as a pause, and follows a small one silently', () => {
    const clock = LogClock.start(undefined, clocks);
    beating(clock, 1_000);
    wall += 72 * HOUR;
    const reached = clock.now();
    const beat = clock.beat();
    expect(beat.pause).toBe(wall - reached);
    beat.take();
    expect(clock.now()).toBe(wall);
    wall += 800;
    expect(beating(clock, 1_000)).toBe(0);
    expect(clock.now()).toBe(wall);
  });

  it('never runs backwards, and faster than real time only by pauses and small steps', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
      fc.record({ kind: fc.constant('jump' as const), ms: fc.integer({ min: -HOUR, max: HOUR }) }),
      fc.record({ kind: fc.constant('beat' as const), ms: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const clock = LogClock.start(undefined, clocks);
        const start = { time: clock.now(), monotonic };
        let last = start.time;
        let beats = 1;
        let paused = 0;
        for (const { kind, ms } of events) {
          if (kind === 'pass') pass(ms);
          if (kind === 'jump') wall += ms;
          // Between two beats a jump of the wall clock may be visible, up to a limit.
          expect(clock.now()).toBeGreaterThanOrEqual(last);
          if (kind !== 'beat') continue;
          const beat = clock.beat();
          beat.take();
          beats++;
          paused += beat.pause;
          expect(beat.time).toBeGreaterThanOrEqual(last);
          last = beat.time;
        }
        expect(clock.now() - start.time - paused).toBeLessThanOrEqual(monotonic - start.monotonic + beats * 1_100);
      }),
    );
  });
});
