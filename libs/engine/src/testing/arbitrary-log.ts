import fc from 'fast-check';
import type { AssemblySettings } from '../settings.js';
import type { TestRecord, TestSpan } from './test-span.js';

export const SMALL_SETTINGS: AssemblySettings = {
  rootGrace: 20,
  idleTimeout: 100,
  maxAge: 300,
  lateWindow: 150,
  maxSpans: 7,
  memoryBudget: 1e9,
};

interface Draft {
  readonly pause: number;
  readonly kind: 'spans' | 'tick' | 'epoch';
  readonly spans: readonly (Omit<TestSpan, 'trace'> & { readonly pick: number })[];
}

const draft: fc.Arbitrary<Draft> = fc.record({
  pause: fc.oneof({ weight: 10, arbitrary: fc.nat(25) }, { weight: 2, arbitrary: fc.nat(150) }, { weight: 1, arbitrary: fc.nat(1500) }),
  kind: fc.oneof(
    { weight: 12, arbitrary: fc.constant('spans' as const) },
    { weight: 3, arbitrary: fc.constant('tick' as const) },
    { weight: 1, arbitrary: fc.constant('epoch' as const) },
  ),
  spans: fc.array(
    fc
      .record({
        pick: fc.nat(1000),
        span: fc.integer({ min: 1, max: 9 }),
        parent: fc.integer({ min: 0, max: 9 }),
        name: fc.constantFrom('a', 'a', 'b', 'c', 'd'),
        service: fc.constantFrom('s1', 's1', 's1', 's2'),
        error: fc.boolean(),
        start: fc.integer({ min: 1000, max: 1600 }),
        duration: fc.nat(10),
        n: fc.option(fc.nat(6), { nil: undefined }),
        own: fc.constantFrom(false, false, false, false, false, false, false, true),
      })
      .map(({ n, ...span }) => (n === undefined ? span : { ...span, n })),
    { minLength: 1, maxLength: 5 },
  ),
});

/**
 * Logs of spans, ticks and epoch markers. The spans of a trace come within the time for which the guarantees hold
 * (`maxAge` + `lateWindow` of its first), in any order, some twice, some late.
 */
export function arbitraryLog(settings: AssemblySettings, lastEpoch: number, maxLength = 80): fc.Arbitrary<TestRecord[]> {
  return fc.array(draft, { minLength: 1, maxLength, size: 'max' }).map((drafts) => {
    const window = settings.maxAge + settings.lateWindow;
    const begun: { readonly trace: number; readonly time: number }[] = [];
    let time = 1_700_000_000_000;
    let epoch = 1;
    return drafts.map(({ pause, kind, spans }) => {
      time += pause;
      if (kind === 'tick') return { time };
      if (kind === 'epoch') return { time, epoch: epoch < lastEpoch ? ++epoch : epoch };
      return {
        time,
        spans: spans.map(({ pick, ...span }) => {
          const open = begun.filter((trace) => time - trace.time <= window).slice(-6);
          const chosen = open[pick % (open.length + 2)];
          if (chosen === undefined) begun.push({ trace: begun.length + 1, time });
          return { ...span, trace: chosen?.trace ?? begun.length };
        }),
      };
    });
  });
}
