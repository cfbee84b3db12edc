import { describe, expect, it } from '@jest/globals';
import { type PlainSpan, viewOf } from '../../../../test/fixtures/dsl/traces/plain-span.js';
import { isBefore } from './span-order.js';
import { TraceStructure } from './trace-structure.js';

/** Whether `a` is before `b`, within the tolerance, in a trace that may have other spans. */
function isFirst(a: PlainSpan, b: PlainSpan, tolerance = 0, ...others: readonly PlainSpan[]): boolean {
  const spans = [{ id: 'a', ...a }, { id: 'b', ...b }, ...others].map(viewOf);
  return isBefore(spans[0]!, spans[1]!, tolerance, TraceStructure.of({ id: 'trace', spans, complete: true }));
}

describe('a span is before another', () => {
  const [early, late] = [
    { startTime: 0, duration: 5 },
    { startTime: 5, duration: 5 },
  ];

  it.each([
    ['when it ended as the other started', early, late, 0, true],
    ['not when it ended later', { startTime: 0, duration: 6 }, late, 0, false],
    ['not when it came after', late, early, 0, false],
    ['not when only the tolerance says so and they have one clock', { startTime: 0, duration: 6 }, late, 3, false],
    ['when clocks of two services may differ by that much', { startTime: 0, duration: 6, service: 'x' }, late, 3, true],
    ['not when they may not differ by so much', { startTime: 0, duration: 9, service: 'x' }, late, 3, false],
    ['not surely, when clocks of two services may differ', { ...early, service: 'x' }, late, -1, false],
    ['surely, when the gap is as long as that', { startTime: 0, duration: 4, service: 'x' }, late, -1, true],
  ])('%s', (_sentence, a, b, tolerance, expected) => {
    expect(isFirst(a, b, tolerance)).toBe(expected);
  });

  it('never its own ancestor, for any clocks', () => {
    expect(isFirst({ ...early, parentId: 'b' }, late)).toBe(false);
    expect(isFirst({ ...early, parentId: 'c' }, late, 0, { id: 'c', parentId: 'b' })).toBe(false);
  });

  it('when it is an ancestor that ended first, by the clocks as they are', () => {
    expect(isFirst(early, { ...late, parentId: 'a' })).toBe(true);
    expect(isFirst({ startTime: 0, duration: 6, service: 'x' }, { ...late, parentId: 'a' }, 5)).toBe(false);
  });

  it('when the other links to it, or descends from a span that does, for any clocks', () => {
    expect(isFirst(late, { ...early, links: ['a'] })).toBe(true);
    expect(isFirst(late, { ...early, parentId: 'c' }, 0, { id: 'c', links: ['a'] })).toBe(true);
    expect(isFirst({ ...early, links: ['b'] }, late)).toBe(false);
  });

  it('by the clocks, when the structure contradicts itself', () => {
    expect(isFirst({ ...early, parentId: 'b' }, { ...late, parentId: 'a' })).toBe(true);
    expect(isFirst({ ...late, links: ['b'] }, { ...early, links: ['a'] })).toBe(false);
  });

  it('with all 64 bits of the times', () => {
    const start = 1_700_000_000_000_000_000n;
    expect(isFirst({ startTime: start, duration: 1 }, { startTime: start + 1n })).toBe(true);
    expect(isFirst({ startTime: start, duration: 2 }, { startTime: start + 1n })).toBe(false);
  });
});
