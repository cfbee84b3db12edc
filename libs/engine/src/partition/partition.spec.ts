import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryLog, logOfLongTraces, SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { ModelEngine, type ModelVerdict } from '../../../../test/fixtures/engine/model.js';
import { MODEL_RULES, type ModelRule, nextVersion } from '../../../../test/fixtures/engine/model-rules.js';
import { logOf, type TestRecord } from '../../../../test/fixtures/engine/test-span.js';
import { contextWindow } from '../assembly/seen/long-traces.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from '../verdict/verdict.js';
import { PartitionEngine } from './partition.js';

const changed = (rules: readonly ModelRule[], ids: readonly string[]): ModelRule[] =>
  rules.map((rule) => (ids.includes(rule.definition.id) ? nextVersion(rule) : rule));

/** Rules are added, removed, changed and added again. */
const first = MODEL_RULES.filter(({ definition }) => definition.id !== 'both');
const second = changed(MODEL_RULES, ['absent', 'slow', 'lonely']);
const third = second.filter(({ definition }) => !['many', 'crowded', 'script', 'fails'].includes(definition.id));
const EPOCHS = new Map([
  [1, first],
  [2, second],
  [3, third],
  [4, changed(second, ['many', 'crowded', 'script', 'fails'])],
]);
const RULE_SETS = new Map(
  [...EPOCHS].map(([epoch, rules]) => [
    epoch,
    RuleSet.compile(
      epoch,
      rules.map(({ definition }) => definition),
    ),
  ]),
);
const ruleSetOf = (epoch: number): RuleSet => RULE_SETS.get(epoch)!;

const engineFrom = (initialEpoch: number, settings = SMALL_SETTINGS): PartitionEngine =>
  new PartitionEngine({ partition: 3, settings, ruleSetOf, initialEpoch });

function asModelled(verdict: Verdict): ModelVerdict {
  const { id, revision, status, ruleId, ruleVersion, traceId, spanId, service, timestamp } = verdict;
  const { closeReason, complete, firstOffset, lastOffset, metadata } = verdict;
  const what = { id, revision, status, ruleId, ruleVersion, traceId, spanId, spanName: String(metadata.span_name) };
  return { ...what, service, timestamp, closeReason, complete, firstOffset, lastOffset };
}

/** A tick for every millisecond between the records. */
function withEveryTick(records: readonly TestRecord[]): readonly TestRecord[] {
  return records.flatMap((record, place) => {
    const before = records[place - 1]?.time ?? record.time;
    const ticks = Array.from({ length: Math.max(0, record.time - before - 1) }, (_, n) => ({ time: before + 1 + n }));
    return [...ticks, record];
  });
}

/** The last verdict with the id of a violation. */
interface Last {
  readonly revision: number;
  readonly version: number;
}

/**
 * The verdicts with a new status, or of another version of the rule, numbered separately. Repeated evidence and undecided verdicts are
 * covered by whole-trace.spec.ts.
 */
function news(verdicts: readonly Verdict[], lasts: Map<string, Last>): readonly ModelVerdict[] {
  return verdicts.flatMap((verdict) => {
    const { id, ruleVersion: version, status, before } = verdict;
    const last = lasts.get(id);
    if (status === 'undecided' || (status === before && version === last?.version)) return [];
    const revision = before === undefined ? 1 : last!.revision + 1;
    lasts.set(id, { revision, version });
    return [{ ...asModelled(verdict), revision }];
  });
}

/** The order of verdicts within one record is unspecified here (the determinism tests fix it). */
const sorted = (verdicts: readonly ModelVerdict[]): ModelVerdict[] =>
  verdicts.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : a.revision - b.revision));

function run(engine: PartitionEngine, records: readonly TestRecord[]): Verdict[][] {
  return logOf(records).map((record) => {
    const verdicts: Verdict[] = [];
    engine.apply(record, (verdict) => verdicts.push(verdict));
    return verdicts;
  });
}

describe('PartitionEngine', () => {
  it('compiles the rules of its test to every kind', () => {
    const { compiled, problems } = ruleSetOf(4);
    expect(problems).toEqual([]);
    expect(new Set(compiled.rules.map(({ needs, subject }) => `${needs} ${subject}`))).toEqual(
      new Set(['span span', 'online trace', 'online span', 'columns trace', 'columns span', 'spans trace']),
    );
  });

  it.each([
    ['as usual', SMALL_SETTINGS, 40],
    ['without a late window', { ...SMALL_SETTINGS, lateWindow: 0, maxSpans: 2 }, 20],
    ['when full traces are forgotten within their record', { ...SMALL_SETTINGS, idleTimeout: 0, lateWindow: 0, maxSpans: 2 }, 20],
    ['without any grace', { ...SMALL_SETTINGS, rootGrace: 0, idleTimeout: 0 }, 10],
  ])(
    'finds at every record what the model finds (any order, duplicates, late spans, rule changes) %s',
    (_sentence, settings, numRuns) => {
      fc.assert(
        fc.property(arbitraryLog(settings, 4), (records) => {
          const model = new ModelEngine(settings, EPOCHS, 1);
          const found = run(engineFrom(1, settings), records);
          const lasts = new Map<string, Last>();
          for (const [offset, record] of records.entries()) {
            expect(sorted(news(found[offset]!, lasts))).toEqual(sorted(model.apply(record, offset)));
          }
        }),
        { numRuns },
      );
    },
    60_000,
  );

  it('agrees with the model on traces that outlast the memory of any trace', () => {
    fc.assert(
      fc.property(logOfLongTraces(4, 120), (records) => {
        const model = new ModelEngine(SMALL_SETTINGS, EPOCHS, 1);
        const found = run(engineFrom(1), records);
        const lasts = new Map<string, Last>();
        for (const [offset, record] of records.entries()) {
          expect(sorted(news(found[offset]!, lasts))).toEqual(sorted(model.apply(record, offset)));
        }
      }),
      { numRuns: 10 },
    );
  }, 60_000);

  it('emits the same verdicts in the same order whether traces close one by one or together', () => {
    const emitted = (records: readonly TestRecord[]): string[] =>
      run(engineFrom(1), records)
        .flat()
        .map(({ ruleId, id, revision, closeReason }) => `${ruleId} ${id} ${revision} ${closeReason}`);
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 4, 40), fc.integer({ min: 0, max: 2_000 }), (records, silence) => {
        const log = [...records, { time: records.at(-1)!.time + silence }];
        expect(emitted(withEveryTick(log))).toEqual(emitted(log));
      }),
      { numRuns: 30 },
    );
  });

  it('accounts for every span', () => {
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 4), (records) => {
        const engine = engineFrom(1);
        run(engine, records);
        const { received, evaluated, duplicates, conflicts, superseded, rejected } = engine.accounting;
        expect(received).toBe(records.reduce((sum, record) => sum + ('spans' in record ? record.spans.length : 0), 0));
        expect(evaluated + duplicates + conflicts + superseded + rejected.own_span).toBe(received);
      }),
      { numRuns: 8 },
    );
  });

  it('keeps nothing once all traces are forgotten', () => {
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 4), (records) => {
        const engine = engineFrom(1);
        // Undecided verdicts are counted by the minute of a trace's opening (decision 0020).
        const counted = 60_000 + SMALL_SETTINGS.maxAge + SMALL_SETTINGS.lateWindow;
        const end = records.at(-1)!.time + Math.max(contextWindow(SMALL_SETTINGS), counted);
        run(engine, [...records, { time: end }]);
        expect([engine.rememberedTraces, engine.openTraces, engine.memory]).toEqual([0, 0, 0]);
        expect(engine.nextDeadline()).toBeUndefined();
        expect(engine.lowWatermark()).toBe(records.length + 1);
      }),
      { numRuns: 8 },
    );
  });

  it('has no deadline before the one that it returns', () => {
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 4, 40), (records) => {
        const engine = engineFrom(1);
        run(engine, records);
        const before = [engine.openTraces, engine.rememberedTraces];
        const deadline = engine.nextDeadline();
        if (deadline === undefined) return;
        expect(deadline).toBeGreaterThan(records.at(-1)!.time);
        engine.apply({ kind: 'tick', offset: records.length, timestamp: deadline - 1 }, () => {});
        expect([engine.openTraces, engine.rememberedTraces]).toEqual(before);
      }),
      { numRuns: 8 },
    );
  });
});
