import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FIRST_SPAN_OF_RECORD, type Row } from '../index-types.js';
import type { AssemblySettings } from '../settings.js';
import { Assembly } from './assembly.js';
import { NEW } from './duplicates.js';
import type { SpanIds } from './table/span-ids.js';
import { CLOSED, FLAGS, ROW_WORDS } from './table/trace-row.js';

/** An event of a trace, by number: `close 3 idle_timeout @ 17`. */
type Event = string;

interface Step {
  readonly time: number;
  /** Absent: a tick. */
  readonly span?: { readonly trace: number; readonly span: number; readonly parent: number };
}

const settings = { rootGrace: 20, idleTimeout: 100, maxAge: 300, lateWindow: 150, maxSpans: 6, memoryBudget: 1e9 };

/** A straightforward model of traces and spans: maps, and a check of all deadlines at every step. */
function model(steps: readonly Step[], given: AssemblySettings): Event[] {
  interface Trace {
    readonly first: number;
    readonly opened: number;
    last: number;
    root: boolean;
    closed: boolean;
    /** The end of the fragment, if spans continue to arrive. */
    readonly end: number;
    readonly spans: Set<number>;
    readonly parents: Set<number>;
  }
  const events: Event[] = [];
  const traces = new Map<number, Trace>();
  /** Forgotten traces without a silence long enough to begin again, with the time until then. */
  const goingOn = new Map<number, number>();
  const silence = given.idleTimeout + given.lateWindow;
  const cell = Math.max(1, given.maxAge);
  const due = (trace: Trace): [number, string] => {
    const candidates: [number, string][] = [
      ...(trace.root ? [[trace.last + given.rootGrace, 'root_grace'] as [number, string]] : []),
      [trace.last + given.idleTimeout, 'idle_timeout'],
      [trace.first + given.maxAge, 'max_age'],
      [trace.end, 'max_age'],
    ];
    return candidates.reduce((a, b) => (b[0] < a[0] ? b : a));
  };
  const complete = (trace: Trace): string =>
    trace.root && [...trace.parents].every((parent) => trace.spans.has(parent)) ? 'complete' : 'incomplete';
  const forget = (number: number, trace: Trace, time: number): void => {
    if (!trace.closed || Math.min(trace.last + silence, trace.end) > time) return;
    traces.delete(number);
    goingOn.set(number, trace.last + silence);
  };
  const openBefore = (offset: number) => [...traces.values()].filter(({ closed, opened }) => !closed && opened < offset).length;
  for (const [offset, { time, span }] of steps.entries()) {
    const closing = [...traces].filter(([, trace]) => !trace.closed && due(trace)[0] <= time);
    for (const [number, trace] of closing.sort((a, b) => due(a[1])[0] - due(b[1])[0] || a[0] - b[0])) {
      const [, reason] = due(trace);
      events.push(`close ${number} ${reason} ${complete(trace)} @ ${time}`);
      trace.closed = true;
    }
    for (const [number, trace] of traces) forget(number, trace, time);
    for (const [number, until] of goingOn) if (until <= time) goingOn.delete(number);
    events.push(`open before ${offset >> 1}: ${openBefore(offset >> 1)}`);
    if (span === undefined) continue;
    let trace = traces.get(span.trace);
    if (trace === undefined) {
      const end = goingOn.delete(span.trace) ? (Math.floor(time / cell) + 1) * cell : time + given.maxAge + given.lateWindow;
      trace = { first: time, opened: offset, last: time, root: false, closed: false, end, spans: new Set(), parents: new Set() };
      traces.set(span.trace, trace);
      events.push(`open ${span.trace}`);
    }
    trace.last = time;
    if (trace.spans.has(span.span)) {
      events.push(`duplicate ${span.trace} ${span.span}`);
      continue;
    }
    trace.spans.add(span.span);
    if (span.parent === 0) trace.root = true;
    else trace.parents.add(span.parent);
    if (trace.closed) {
      events.push(`late ${span.trace} ${span.span} ${complete(trace)}`);
      continue;
    }
    if (trace.spans.size >= given.maxSpans) {
      events.push(`close ${span.trace} max_spans ${complete(trace)} @ ${time}`);
      trace.closed = true;
      forget(span.trace, trace, time);
      if (silence === 0) goingOn.delete(span.trace);
    }
  }
  return events;
}

function assembled(steps: readonly Step[], given: AssemblySettings): Event[] {
  const events: Event[] = [];
  const number = (row: Row): number => assembly.traces.rows[row * ROW_WORDS + 3]!;
  const complete = (row: Row): string => (assembly.isComplete(row) ? 'complete' : 'incomplete');
  const assembly: Assembly = new Assembly(given, {
    closed: (traces) => {
      for (const { row, reason } of traces) events.push(`close ${number(row)} ${reason} ${complete(row)} @ ${assembly.now}`);
    },
    forgotten: () => {},
  });
  for (const [offset, { time, span }] of steps.entries()) {
    assembly.passTo(time);
    events.push(`open before ${offset >> 1}: ${assembly.openBefore(offset >> 1)}`);
    if (span === undefined) continue;
    const ids: SpanIds = {
      traceIds: Uint32Array.of(0, 0, 0, span.trace),
      spanIds: Uint32Array.of(0, span.span),
      parentIds: Uint32Array.of(0, span.parent),
      isServer: () => false,
    };
    assembly.locate(ids, 1);
    let row = assembly.rowOf(ids, FIRST_SPAN_OF_RECORD);
    if (row === 0) {
      row = assembly.openFor(ids, FIRST_SPAN_OF_RECORD, offset, 1, 0, 0);
      events.push(`open ${span.trace}`);
    }
    const isNew = assembly.add(row, ids, FIRST_SPAN_OF_RECORD, 0, offset) === NEW;
    if (isNew && span.parent === 0) assembly.noteRoot(row);
    if (!isNew) events.push(`duplicate ${span.trace} ${span.span}`);
    else if ((assembly.traces.rows[row * ROW_WORDS + FLAGS]! & CLOSED) !== 0) {
      events.push(`late ${span.trace} ${span.span} ${complete(row)}`);
    } else assembly.closeFull(row);
  }
  return events;
}

const step = (traces: number, spans: number, pause: number): fc.Arbitrary<{ pause: number; span: Step['span'] }> =>
  fc.record({
    pause: fc.oneof({ weight: 8, arbitrary: fc.nat(pause) }, { weight: 1, arbitrary: fc.nat(2000) }),
    span: fc.option(
      fc.record({
        trace: fc.integer({ min: 1, max: traces }),
        span: fc.integer({ min: 1, max: spans }),
        parent: fc.integer({ min: 0, max: spans }),
      }),
      { nil: undefined },
    ),
  });

const log = (steps: readonly { pause: number; span: Step['span'] }[], start: number): Step[] => {
  let time = start;
  return steps.map(({ pause, span }) => {
    time += pause;
    return span === undefined ? { time } : { time, span };
  });
};

describe('Assembly', () => {
  it('opens, closes, remembers and forgets like the model with maps', () => {
    fc.assert(
      fc.property(
        fc.array(step(8, 9, 30), { maxLength: 200, size: 'max' }),
        fc.constantFrom(0, 1_700_000_000_000, 2 ** 32 - 500),
        (steps, start) => {
          const records = log(steps, start);
          expect(assembled(records, settings)).toEqual(model(records, settings));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('agrees with the model for any settings, including zeros and the longest root grace', () => {
    const duration = fc.oneof(fc.constant(0), fc.nat(50), fc.nat(5000));
    const anySettings = fc.record({
      rootGrace: duration,
      idleTimeout: duration,
      maxAge: duration,
      lateWindow: duration,
      maxSpans: fc.integer({ min: 1, max: 5 }),
      memoryBudget: fc.constant(1e9),
    });
    fc.assert(
      fc.property(fc.array(step(5, 6, 40), { maxLength: 80, size: 'max' }), anySettings, (steps, given) => {
        const records = log(steps, 1_700_000_000_123);
        expect(assembled(records, given)).toEqual(model(records, given));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps its table consistent while thousands of traces come and go', () => {
    const steps = Array.from({ length: 6_000 }, (_, i) => ({
      pause: i % 7 === 0 ? 1 : 0,
      span: { trace: 1 + ((i * 7919) % 1500), span: 1 + (i % 11), parent: i % 5 },
    }));
    const records = log(steps, 1_700_000_000_000);
    expect(assembled(records, { ...settings, maxSpans: 1000 })).toEqual(model(records, { ...settings, maxSpans: 1000 }));
  });

  it('closes at the same record, however long the log was silent', () => {
    const span = { trace: 1, span: 1, parent: 0 };
    const events = assembled(
      [
        { time: 1000, span },
        { time: 1000 + 2 ** 33, span: { ...span, span: 2 } },
      ],
      settings,
    );
    expect(events.filter((event) => !event.startsWith('open before'))).toEqual([
      'open 1',
      `close 1 root_grace complete @ ${1000 + 2 ** 33}`,
      'open 1',
    ]);
  });

  it('holds the low watermark at the first record of the oldest remembered trace', () => {
    const records = [
      { time: 0, span: { trace: 1, span: 1, parent: 9 } },
      { time: 90, span: { trace: 2, span: 1, parent: 9 } },
      { time: 95, span: { trace: 1, span: 2, parent: 9 } },
    ];
    const assembly = new Assembly(settings, { closed: () => {}, forgotten: () => {} });
    const oldest: (number | undefined)[] = [];
    for (const [offset, { time, span }] of [
      ...records,
      { time: 339, span: undefined },
      { time: 340, span: undefined },
      { time: 345, span: undefined },
    ].entries()) {
      assembly.passTo(time);
      if (span !== undefined) {
        const ids = {
          traceIds: Uint32Array.of(0, 0, 0, span.trace),
          spanIds: Uint32Array.of(0, span.span),
          parentIds: Uint32Array.of(0, 9),
          isServer: () => false,
        };
        assembly.locate(ids, 1);
        assembly.add(
          assembly.rowOf(ids, FIRST_SPAN_OF_RECORD) || assembly.openFor(ids, FIRST_SPAN_OF_RECORD, offset, 1, 0, 0),
          ids,
          FIRST_SPAN_OF_RECORD,
          0,
          offset,
        );
      }
      oldest.push(assembly.oldest?.offset);
    }
    // Trace 2 is forgotten at 90 + 100 + 150, trace 1 at 95 + 100 + 150; trace 1 opened first and holds it until then.
    expect(oldest).toEqual([0, 0, 0, 0, 0, undefined]);
  });
});
