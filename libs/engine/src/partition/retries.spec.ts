import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, brief, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, logOfLongTraces, pausedLog, SMALL_SETTINGS, somePauses } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { standing, standingAtOnce } from '../../../../test/fixtures/engine/deliveries.js';
import { MODEL_RULES } from '../../../../test/fixtures/engine/model-rules.js';
import { RETRY_SETTINGS, retrySettings, someRetries, withRetries } from '../../../../test/fixtures/engine/retries.js';
import { A_SPAN, type TestRecord, type TestSpan } from '../../../../test/fixtures/engine/test-span.js';
import { RetryWindow } from '../assembly/seen/retry-window.js';
import type { Verdict } from '../verdict/verdict.js';

const root = { ...A_SPAN, span: 1, name: 'root' };
const read = { ...A_SPAN, span: 2, parent: 1, name: 'read' };
const audit = { ...A_SPAN, span: 3, parent: 1, name: 'audit' };
const late = { ...A_SPAN, span: 4, parent: 1, name: 'late' };
const rules = [
  ruleOf('online', 'trace.has(span.name == "read") and not trace.has(span.name == "audit")'),
  ruleOf('mixed', 'span.name == "read" and not trace.has(span.name == "audit")'),
  ruleOf('joined', 'trace.has(r where r.name == "read" and not trace.has(span.name == "audit" and span.attributes.n == r.attributes.n))'),
  ruleOf('script', 'for _, s in ipairs(trace.spans) do if s.name == "audit" then return false end end return #trace.spans > 0'),
  ruleOf('early', 'trace.has(span.name == "read")'),
  ruleOf('alone', 'span.name == "read"'),
];
const absence = rules.slice(0, 4).map(({ id }) => id);
const whole: TestRecord[] = [
  { time: 1_000, spans: [root] },
  { time: 1_001, spans: [read] },
  { time: 1_002, spans: [audit] },
];
const END = { time: 100_000 };

const engineWith = (settings = RETRY_SETTINGS) => engineOf([rules], { settings });
/** The results once the whole trace is judged. */
function afterwards(records: readonly TestRecord[], settings = RETRY_SETTINGS): { verdicts: Verdict[]; accounts: number[] } {
  const engine = engineWith(settings);
  const before = applyAll(engine, whole).length;
  const verdicts = applyAll(engineWith(settings), [...whole, ...records, END]);
  const again = engineWith(settings);
  applyAll(again, [...whole, ...records, END]);
  const { received, evaluated, duplicates, retried, conflicts, superseded } = again.accounting;
  expect(received).toBe(evaluated + duplicates + conflicts + superseded);
  return { verdicts: verdicts.slice(before), accounts: [evaluated, duplicates, retried] };
}

describe('a retry after its trace is forgotten', () => {
  it('raises no false alarm', () => {
    expect(afterwards([{ time: 1_500, spans: [read] }])).toEqual({ verdicts: [], accounts: [3, 1, 1] });
  });

  it('would raise one if it were not detected', () => {
    const { verdicts } = afterwards([{ time: 1_500, spans: [read] }], { ...RETRY_SETTINGS, retryWindow: 0 });
    expect(
      verdicts
        .filter(({ fragment }) => fragment)
        .map(({ ruleId }) => ruleId)
        .sort(),
    ).toEqual([...absence, 'early'].sort());
  });

  it('causes no violation when its root arrives again, in other batches, twice, or late', () => {
    const batches: TestRecord[] = [
      { time: 1_500, spans: [read] },
      { time: 1_510, spans: [root, read] },
      { time: 1_550, spans: [audit] },
      { time: 1_600, spans: [read, root] },
    ];
    expect(afterwards(batches)).toEqual({ verdicts: [], accounts: [3, 6, 3] });
  });

  it('causes no violation when its trace is full', () => {
    const settings = { ...RETRY_SETTINGS, maxSpans: 2 };
    expect(afterwards([{ time: 1_500, spans: [root, read] }], settings).verdicts).toEqual(afterwards([], settings).verdicts);
  });

  it('is detected within the window, and judged one cell of time after it', () => {
    const { cell } = new RetryWindow(RETRY_SETTINGS);
    expect(afterwards([{ time: 1_001 + 700, spans: [read] }]).verdicts).toEqual([]);
    expect(afterwards([{ time: 1_001 + 700 + cell + 1, spans: [read] }]).verdicts.length).toBeGreaterThan(0);
  });

  it('is detected again when the retry itself is retried', () => {
    const again = [1_600, 2_200, 2_800, 3_400].map((time) => ({ time, spans: [read] }));
    expect(afterwards(again)).toEqual({ verdicts: [], accounts: [3, 4, 4] });
  });

  it('is not a retry if the times of a span differ', () => {
    const { verdicts } = afterwards([{ time: 1_500, spans: [{ ...read, duration: 11 }] }]);
    expect(new Set(verdicts.map(({ ruleId }) => ruleId))).toEqual(new Set([...absence, 'early', 'alone']));
  });

  it('is not judged when it holds a span in progress that has ended since', () => {
    const begun = { ...late, inProgress: true };
    const records = [
      { time: 1_010, spans: [begun] },
      { time: 1_020, spans: [late] },
      { time: 1_500, spans: [begun] },
      { time: 1_550, spans: [late] },
    ];
    expect(afterwards(records)).toEqual({ verdicts: [], accounts: [4, 2, 2] });
  });

  it('does not count an hour in which nothing could be appended', () => {
    const records = [{ time: 3_601_300, pause: 3_600_000 }, { time: 3_601_500, spans: [read] }, { time: 4_000_000 }];
    const verdicts = applyAll(engineWith(), [...whole, ...records]);
    expect(verdicts.filter(({ firstOffset }) => firstOffset > 2)).toEqual([]);
  });

  it('is judged, with a note, when too many spans came since', () => {
    const settings = { ...RETRY_SETTINGS, retrySpans: 8 };
    const others = Array.from({ length: 12 }, (_, n) => ({ time: 1_300 + n, spans: [{ ...root, trace: 10 + n }] }));
    const engine = engineWith(settings);
    const verdicts = applyAll(engine, [...whole, ...others, { time: 1_500, spans: [read] }, END]);
    expect(verdicts.filter(({ firstOffset, fragment }) => firstOffset === 15 && fragment).length).toBeGreaterThan(0);
    expect(engine.retries.dropped).toBeGreaterThan(0);
  });
});

describe('a fragment of which some spans were seen before', () => {
  const fragment = [read, late];
  /** In any order, in any batches. */
  const deliveries = [[[read, late]], [[late, read]], [[read], [late]], [[late], [read]], [[read], [read, late], [late, read]]];

  it.each(deliveries.map((batches) => [JSON.stringify(batches.map((spans) => spans.map(({ name }) => name))), batches] as const))(
    'is judged as a whole, and is marked as a fragment: %s',
    (_name, batches) => {
      for (const step of [1, 30, 120]) {
        const records = batches.map((spans, n) => ({ time: 1_500 + n * step, spans }));
        const { verdicts } = afterwards(records);
        const onTraces = (found: readonly Verdict[]) => standing(found).filter(({ rule }) => rule !== 'alone');
        expect(
          onTraces(verdicts)
            .map(({ rule }) => rule)
            .sort(),
        ).toEqual([...absence, 'early'].sort());
        for (const { fragment: isMarked } of onTraces(verdicts)) expect(isMarked).toBe(true);
        const comparable = (found: ReturnType<typeof standing>) => found.map(({ fragment: _, ...one }) => one);
        const atOnce = standingAtOnce(rules, fragment).filter(({ rule }) => rule !== 'alone');
        expect(comparable(onTraces(verdicts))).toEqual(comparable(atOnce));
        // Rules about one span judged it when it first arrived.
        expect(verdicts.filter(({ ruleId }) => ruleId === 'alone')).toEqual([]);
      }
    },
  );

  it('is a fragment even with its root', () => {
    const { verdicts } = afterwards([{ time: 1_500, spans: [root, read, late] }]);
    expect(verdicts.map(({ ruleId, fragment: isMarked }) => [ruleId, isMarked]).sort()).toEqual(
      [...absence, 'early'].sort().map((id) => [id, true]),
    );
  });

  it('publishes certain verdicts that were withheld at once', () => {
    const { verdicts } = afterwards([
      { time: 1_500, spans: [read] },
      { time: 1_510, spans: [late] },
    ]);
    expect(verdicts.filter(({ ruleId }) => ruleId === 'early').map(brief)).toEqual(['early v1 open (revision 1) certain @ 1510']);
  });

  it('is judged when an unseen span comes after it closed', () => {
    const { verdicts } = afterwards([
      { time: 1_500, spans: [read, root] },
      { time: 1_650, spans: [late] },
    ]);
    expect(verdicts.map(brief).sort()).toEqual([...absence, 'early'].sort().map((id) => `${id} v1 open (revision 1) late_span @ 1650`));
  });
});

const modelRules = MODEL_RULES.map(({ definition }) => definition).filter(({ id }) => id !== 'script');

describe('any log with retries', () => {
  const anyLog = fc.oneof(arbitraryLog(SMALL_SETTINGS, 1, 50), logOfLongTraces(1, 50));

  it('accounts for every span', () => {
    let retried = 0;
    fc.assert(
      fc.property(anyLog, someRetries(50), somePauses(50), retrySettings, (records, retries, pauses, settings) => {
        const engine = engineOf([modelRules], { settings });
        applyAll(engine, pausedLog(withRetries(records, retries), pauses).paused);
        expect(engine.accounting.accounted).toBe(engine.accounting.received);
        expect(engine.accounting.retried).toBeLessThanOrEqual(engine.accounting.duplicates);
        retried += engine.accounting.retried;
      }),
      { numRuns: 60 },
    );
    expect(retried).toBeGreaterThan(0);
  }, 120_000);

  it('has the verdicts of the log with ticks instead of retries', () => {
    const settings = { ...RETRY_SETTINGS, retryWindow: 100_000 };
    const silence = settings.idleTimeout + settings.lateWindow;
    const again = fc.array(fc.tuple(fc.array(fc.nat(1_000), { minLength: 1, maxLength: 6 }), fc.constantFrom(0, 1, 30, silence)), {
      maxLength: 12,
    });
    let retried = 0;
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 1, 40), again, (records, retries) => {
        const came = records.flatMap((record): readonly TestSpan[] => ('spans' in record ? record.spans : []));
        let time = records.at(-1)!.time + settings.maxAge + settings.lateWindow + silence;
        const begin = { time };
        const tail =
          came.length === 0
            ? []
            : retries.map(([picks, gap]) => ({ time: (time += gap), spans: picks.map((pick) => came[pick % came.length]!) }));
        const end = { time: time + 10_000 };
        const engine = engineOf([modelRules], { settings });
        const found = applyAll(engine, [...records, begin, ...tail, end]);
        const expected = applyAll(engineOf([modelRules], { settings }), [
          ...records,
          begin,
          ...tail.map(({ time: at }) => ({ time: at })),
          end,
        ]);
        expect(found).toEqual(expected);
        retried += engine.accounting.retried;
      }),
      { numRuns: 60 },
    );
    expect(retried).toBeGreaterThan(0);
  }, 120_000);
});
