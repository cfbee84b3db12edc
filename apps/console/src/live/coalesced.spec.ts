import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Violation } from '#ui/api/types';
import { type Came, Coalesced, joined, NOTHING } from './coalesced';

const violation = (id: string): Violation => ({ id }) as Violation;

describe('violations that come live', () => {
  const drawn: Came[] = [];
  beforeEach(() => {
    drawn.length = 0;
    jest.useFakeTimers();
    globalThis.requestAnimationFrame = (frame) => {
      setTimeout(() => frame(performance.now()), 16);
      return 0;
    };
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('are drawn together, a few times a second, however many come', () => {
    const coming = new Coalesced((came) => drawn.push(came));
    for (let n = 0; n < 4_000; n++) {
      coming.add(`v-${n}`, violation(`v-${n}`));
      jest.advanceTimersByTime(2);
    }
    jest.advanceTimersByTime(1_000);
    expect(drawn.length).toBeGreaterThan(20);
    expect(drawn.length).toBeLessThan(40);
    const all = drawn.reduce(joined, NOTHING);
    expect(all.count).toBe(4_000);
    expect(all.changes.size).toBe(1_000);
    expect([...all.changes.keys()].at(-1)).toBe('v-3999');
  });

  it('are drawn less often where that takes long', () => {
    const coming = new Coalesced((came) => {
      drawn.push(came);
      jest.advanceTimersByTime(500);
    });
    coming.add('a', violation('a'));
    jest.advanceTimersByTime(1_000);
    coming.add('b', violation('b'));
    jest.advanceTimersByTime(1_500);
    expect(drawn.length).toBe(1);
    jest.advanceTimersByTime(2_000);
    expect(drawn.length).toBe(2);
  });

  it('are drawn soon after their tab was hidden for a night, in which no frame was drawn', () => {
    const frames: FrameRequestCallback[] = [];
    globalThis.requestAnimationFrame = (frame) => frames.push(frame);
    const coming = new Coalesced((came) => drawn.push(came));
    coming.add('a', violation('a'));
    jest.advanceTimersByTime(8 * 3_600_000);
    for (let frame = frames.shift(); frame !== undefined; frame = frames.shift()) frame(performance.now());
    coming.add('b', violation('b'));
    jest.advanceTimersByTime(10_000);
    expect(drawn.length).toBe(2);
  });

  it('keep the last change of each, the newest last, and are not drawn after a stop', () => {
    const coming = new Coalesced((came) => drawn.push(came));
    coming.add('a', violation('a'));
    coming.add('b', violation('b'));
    coming.add('a', null);
    jest.advanceTimersByTime(1_000);
    expect([...(drawn[0]?.changes ?? [])]).toEqual([
      ['b', violation('b')],
      ['a', null],
    ]);
    coming.add('c', violation('c'));
    coming.stop();
    jest.advanceTimersByTime(1_000);
    expect(drawn.length).toBe(1);
  });
});
