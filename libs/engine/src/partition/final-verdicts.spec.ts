import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { spanRule, traceRule } from '../../../../test/fixtures/engine/arbitrary-rule.js';
import { isCopy } from '../../../../test/fixtures/engine/model.js';
import { spanIdOf, type TestRecord, type TestSpan, traceIdOf } from '../../../../test/fixtures/engine/test-span.js';

/** Nothing is forgotten, so every span counts in the end; traces close early, so many spans are late. */
const settings = { rootGrace: 10, idleTimeout: 40, maxAge: 200, lateWindow: 1_000_000, maxSpans: 1_000, memoryBudget: 1e9 };

function tracesOf(records: readonly TestRecord[]): Map<number, TestSpan[]> {
  const traces = new Map<number, TestSpan[]>();
  for (const span of records.flatMap((record) => ('spans' in record ? record.spans : []))) {
    const spans = traces.get(span.trace) ?? [];
    if (span.own !== true && !spans.some((known) => isCopy(known, span))) traces.set(span.trace, [...spans, span]);
  }
  return traces;
}

describe('after early, late and retracted verdicts', () => {
  it('the open violations are those of the rules over all spans', () => {
    fc.assert(
      fc.property(
        arbitraryLog(settings, 1, 40),
        fc.array(traceRule, { maxLength: 4 }),
        fc.array(spanRule, { maxLength: 4 }),
        (records, onTraces, onSpans) => {
          const rules = [
            ...onTraces.map((meaning, i) => ({ meaning, id: `trace-${i}`, aboutSpan: false })),
            ...onSpans.map((meaning, i) => ({ meaning, id: `span-${i}`, aboutSpan: true })),
          ];
          const engine = engineOf([rules.map(({ id, meaning }) => ruleOf(id, meaning.text))], { settings });
          const verdicts = applyAll(engine, [...records, { time: records.at(-1)!.time + 1_000 }]);

          const latest = new Map(verdicts.map((verdict) => [verdict.id, verdict]));
          const open = [...latest.values()].filter(({ status }) => status === 'open');
          const found = open.map(({ ruleId, traceId, spanId }) => `${ruleId} ${traceId} ${ruleId.startsWith('span') ? spanId : ''}`);
          const expected = [...tracesOf(records)].flatMap(([trace, spans]) =>
            rules.flatMap(({ id, meaning, aboutSpan }) =>
              aboutSpan
                ? spans.filter((span) => meaning.holds(span, spans)).map((span) => `${id} ${traceIdOf(trace)} ${spanIdOf(span.span)}`)
                : meaning.holds(spans[0]!, spans)
                  ? [`${id} ${traceIdOf(trace)} `]
                  : [],
            ),
          );
          expect(found.sort()).toEqual(expected.sort());

          // Certain verdicts are never retracted, and revisions are consecutive.
          const revisions = new Map<string, number>();
          for (const { id, revision, closeReason } of verdicts) {
            expect(revision).toBe((revisions.get(id) ?? 0) + 1);
            if (closeReason === 'certain') expect(latest.get(id)!.status).toBe('open');
            revisions.set(id, revision);
          }
        },
      ),
      { numRuns: 100 },
    );
  }, 60_000);
});
