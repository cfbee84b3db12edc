import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { project, SpanColumns } from '#otlp';
import { SMALL_SETTINGS } from '../../../../../test/fixtures/engine/arbitrary-log.js';
import { A_SPAN, requestOf, type TestSpan } from '../../../../../test/fixtures/engine/test-span.js';
import type { AssemblySettings } from '../../settings.js';
import { RetryWindow } from './retry-window.js';
import { SeenSpans } from './seen-spans.js';

interface Step {
  readonly time: number;
  readonly spans: readonly TestSpan[];
}

function columnsOf(spans: readonly TestSpan[]): SpanColumns {
  const columns = new SpanColumns();
  project(requestOf(spans), { fields: new Set(['scope']), attributes: [], resourceAttributes: [] }, columns);
  return columns;
}

/** Per step and span, whether it was seen; and the number of traces as they open. */
function seenIn(settings: AssemblySettings, steps: readonly Step[]): { readonly answers: boolean[][]; readonly seen: SeenSpans } {
  const seen = new SeenSpans(settings);
  const answers = steps.map(({ time, spans }) => {
    const columns = columnsOf(spans);
    seen.passTo(time);
    const found = spans.map((_, i) => seen.openTrace(columns, i) && seen.has(columns, i));
    seen.add(columns);
    return found;
  });
  return { answers, seen };
}

const nameOf = ({ trace, span, parent, start, duration }: TestSpan): string => [trace, span, parent, start, duration].join(' ');

/** The same results, computed from all earlier steps. */
function model(settings: AssemblySettings, steps: readonly Step[]): boolean[][] {
  const window = new RetryWindow(settings);
  return steps.map(({ time, spans }, n) => {
    const before = steps.slice(0, n).filter((step) => step.time >= window.startAt(time));
    const known = new Set(before.flatMap((step) => step.spans.map(nameOf)));
    return spans.map((span) => known.has(nameOf(span)));
  });
}

const settings = { ...SMALL_SETTINGS, retryWindow: 800 };
const gap = fc.oneof(fc.nat(20), fc.nat(300), fc.constantFrom(0, 99, 100, 101, 799, 800, 801, 900, 5_000, 26_000, 1e7));
const span = fc
  .tuple(fc.nat(12), fc.nat(3), fc.nat(1), fc.nat(1))
  .map(([trace, id, start, duration]) => ({ ...A_SPAN, trace: trace + 1, span: id + 1, start: 1000 + start, duration }));
const steps = (max: number, between = gap): fc.Arbitrary<Step[]> =>
  fc
    .array(fc.tuple(between, fc.array(span, { minLength: 1, maxLength: 6 })), { minLength: 1, maxLength: max, size: 'max' })
    .map((drafts) => {
      let time = 1_700_000_000_000;
      return drafts.map(([pause, spans]) => ({ time: (time += pause), spans }));
    });

describe('spans seen before', () => {
  it('are those of the window, for any cell size and repetition', () => {
    fc.assert(
      fc.property(steps(80), (given) => {
        expect(seenIn(settings, given).answers).toEqual(model(settings, given));
      }),
      { numRuns: 150 },
    );
  });

  it('are the same for a reader that starts later at the required offset, also above the limit', () => {
    fc.assert(
      fc.property(fc.oneof(steps(120), steps(120, fc.nat(40))), fc.nat(120), fc.integer({ min: 1, max: 60 }), (given, at, retrySpans) => {
        const bounded = { ...settings, retrySpans };
        const from = given[at % given.length]!.time;
        const begin = given.findIndex(({ time }) => time >= new RetryWindow(bounded).startAt(from));
        const judged = given.findIndex(({ time }) => time >= from);
        const whole = seenIn(bounded, given).answers;
        expect(seenIn(bounded, given.slice(begin)).answers.slice(judged - begin)).toEqual(whole.slice(judged));
      }),
      { numRuns: 150 },
    );
  });

  it('include at least the last seven eighths of the limit, and at most the limit and a record', () => {
    const retrySpans = 80;
    const bounded = { ...settings, retrySpans };
    fc.assert(
      fc.property(steps(120), (given) => {
        const unbounded = model(settings, given);
        const { answers, seen } = seenIn(bounded, given);
        expect(seen.count).toBeLessThanOrEqual(retrySpans + 6);
        const all = given.flatMap(({ spans }) => spans.map(nameOf));
        let n = 0;
        for (const [step, { spans }] of given.entries()) {
          const start = n;
          for (const [i, one] of spans.entries()) {
            const recent = all.slice(Math.max(0, start - (retrySpans * 7) / 8 + 6), start).includes(nameOf(one));
            if (recent && unbounded[step]![i]!) expect(answers[step]![i]).toBe(true);
            if (answers[step]![i]!) expect(unbounded[step]![i]).toBe(true);
            n++;
          }
        }
        expect(seen.dropped === 0 || all.length > retrySpans).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it('differ by one bit of an id, a time, the parent or the kind', () => {
    const first = { ...A_SPAN, trace: 0x5a5a, span: 0x5a5a, parent: 0x5a5a, start: 1_699_000_000, duration: 2 ** 33 };
    const others = [
      ...Array.from({ length: 31 }, (_, bit) => ({ ...first, trace: first.trace ^ (2 ** bit) })),
      ...Array.from({ length: 31 }, (_, bit) => ({ ...first, span: first.span ^ (2 ** bit) })),
      ...Array.from({ length: 40 }, (_, bit) => ({ ...first, start: first.start + 2 ** bit, duration: first.duration - 2 ** bit })),
      ...Array.from({ length: 40 }, (_, bit) => ({ ...first, duration: first.duration + 2 ** bit })),
      ...Array.from({ length: 31 }, (_, bit) => ({ ...first, parent: first.parent ^ (2 ** bit) })),
      { ...first, client: true },
      { ...first, inProgress: true },
    ];
    const seen = new SeenSpans(settings);
    seen.passTo(0);
    seen.add(columnsOf([first]));
    const columns = columnsOf([first, { ...first, name: 'b', n: 3 }, ...others]);
    expect(Array.from({ length: columns.length }, (_, i) => seen.has(columns, i))).toEqual([true, true, ...others.map(() => false)]);
  });

  it('include none of many others', () => {
    const seen = new SeenSpans({ ...settings, retrySpans: 2_000_000 });
    seen.passTo(0);
    const columns = columnsOf(Array.from({ length: 2_000 }, (_, n) => ({ ...A_SPAN, trace: 1, span: n + 1 })));
    const relabel = (round: number): void => {
      for (let i = 0; i < columns.length; i++) columns.traceIds[4 * i + 3] = round;
    };
    for (let round = 1; round <= 150; round++) {
      relabel(round);
      seen.add(columns);
    }
    let known = 0;
    for (let round = 151; round <= 300; round++) {
      relabel(round);
      for (let i = 0; i < columns.length; i++) if (seen.has(columns, i)) known++;
    }
    expect(known).toBe(0);
    relabel(77);
    expect(Array.from({ length: columns.length }, (_, i) => seen.has(columns, i)).every(Boolean)).toBe(true);
    expect(seen.bytes / seen.count).toBeLessThan(16);
  });

  it('take eight bytes each until a trace comes again, and a little for each trace', () => {
    const seen = new SeenSpans({ ...settings, retrySpans: 2_000_000 });
    seen.passTo(0);
    const columns = columnsOf(Array.from({ length: 1_000 }, (_, n) => ({ ...A_SPAN, trace: 1 + Math.floor(n / 8), span: n + 1 })));
    for (let round = 1; round <= 100; round++) {
      for (let i = 0; i < columns.length; i++) columns.traceIds[4 * i + 2] = round;
      for (let i = 0; i < columns.length; i += 8) expect(seen.openTrace(columns, i)).toBe(false);
      seen.add(columns);
    }
    expect(seen.bytes / seen.count).toBeLessThan(12);
  });
});
