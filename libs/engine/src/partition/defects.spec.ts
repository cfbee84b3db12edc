import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { MODEL_RULES } from '../../../../test/fixtures/engine/model-rules.js';
import { A_SPAN, logOf, type TestRecord } from '../../../../test/fixtures/engine/test-span.js';
import type { EngineRecord } from '../record.js';
import type { Epoch } from '../rules/epoch.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from '../verdict/verdict.js';
import { PartitionEngine } from './partition.js';

const DEFINITIONS = MODEL_RULES.map(({ definition }) => definition);
const RULES = RuleSet.compile(1, DEFINITIONS);

type Method = (...values: never[]) => unknown;
/** A part of the engine that a test breaks. */
interface Stage {
  [name: string]: Stage & Method;
}
interface Verdicts {
  wireTraceId(row: number): string;
}

/** The failing calls: the stage, its method, and the traces (wire ids) of the call. */
const STEPS: Readonly<Record<string, (engine: Verdicts, values: readonly never[]) => readonly string[]>> = {
  'spans.rules.judge': (verdicts, [, row]) => [verdicts.wireTraceId(row!)],
  'judge.feed': (verdicts, [, row]) => [verdicts.wireTraceId(row!)],
  'judge.conclude': (verdicts, [, traces]) => {
    const rows = (traces as unknown as readonly { readonly row: number }[]).map(({ row }) => row);
    // Traces judged together are judged again one by one, so that none of them is lost.
    return rows.length > 1 ? [] : rows.map((row) => verdicts.wireTraceId(row));
  },
  'judge.forget': () => [],
  'spans.failures.count': (_, [epoch, i]) => [(epoch as unknown as Epoch).columns.traceId(i!)],
  'spans.failures.settle': () => [],
};

interface Run {
  readonly engine: PartitionEngine;
  readonly verdicts: readonly Verdict[];
  readonly damaged: ReadonlySet<string>;
  readonly defects: readonly EngineRecord[];
}

/** Applies the log; the `nth` call of the step throws (`after` its work, or instead of it). */
function run(records: readonly TestRecord[], step?: string, nth = 0): Run {
  const defects: EngineRecord[] = [];
  const damaged = new Set<string>();
  const engine = new PartitionEngine({
    partition: 0,
    settings: SMALL_SETTINGS,
    ruleSetOf: () => RULES,
    initialEpoch: 1,
    defect: (record) => defects.push(record),
  });
  if (step !== undefined) {
    const { verdicts: inner } = engine as unknown as { readonly verdicts: Verdicts };
    const path = step.split('.');
    const method = path.pop()!;
    let stage = engine as unknown as Stage;
    for (const name of path) stage = stage[name]!;
    const works = stage[method]!.bind(stage);
    let calls = 0;
    stage[method] = ((...values: never[]) => {
      if (calls++ !== nth) return works(...values);
      for (const trace of STEPS[step]!(inner, values)) damaged.add(trace);
      if (step === 'judge.forget') works(...values);
      throw new Error(`the defect in ${step}`);
    }) as Stage & Method;
  }
  const verdicts: Verdict[] = [];
  for (const record of logOf(records)) engine.apply(record, (verdict) => verdicts.push(verdict));
  return { engine, verdicts, damaged, defects };
}

describe('a defect within the engine', () => {
  it.each(Object.keys(STEPS))('in %s affects that trace, and no other trace or order of remembered ones', (step) => {
    let thrown = 0;
    fc.assert(
      fc.property(arbitraryLog(SMALL_SETTINGS, 1, 40), fc.nat(30), (records, nth) => {
        const end = records.at(-1)!.time;
        // The last record also ends the minute in which undecided verdicts are counted, which delays the commit.
        const log = [...records, { time: end + 10_000 }, { time: end + 20_000 }, { time: end + 200_000 }];
        const undisturbed = run(log);
        const disturbed = run(log, step, nth);
        thrown += disturbed.defects.length;
        const others = (verdicts: readonly Verdict[]) => verdicts.filter(({ wireTraceId }) => !disturbed.damaged.has(wireTraceId));
        expect(others(disturbed.verdicts)).toEqual(others(undisturbed.verdicts));
        const { engine } = disturbed;
        expect(engine.rememberedTraces).toBe(0);
        expect(engine.commitPoint()).toEqual(undisturbed.engine.commitPoint());
        expect(engine.nextDeadline()).toBe(undisturbed.engine.nextDeadline());
        const { received, evaluated, duplicates, conflicts, superseded, rejected } = engine.accounting;
        expect(evaluated + duplicates + conflicts + superseded + rejected.own_span + rejected.defect).toBe(received);
      }),
      { numRuns: 30 },
    );
    if (step !== 'judge.conclude') expect(thrown).toBeGreaterThan(0);
  });

  it('in the conditions affects that span, not the record', () => {
    const rules = RuleSet.compile(1, [ruleOf('slow', 'span.duration > 1ns')]);
    const { evaluate } = rules.compiled;
    (rules.compiled as { evaluate: typeof evaluate }).evaluate = (columns, from, to, matched, failed) => {
      for (let i = from; i < to; i++)
        if ((columns as { readonly name: readonly string[] }).name[i] === 'poison') throw new Error('the defect');
      return evaluate(columns, from, to, matched, failed);
    };
    const defects: unknown[] = [];
    const engine = engineOf([[]], { ruleSetOf: () => rules, defect: (_, error) => defects.push(error) });
    const spans = ['good', 'poison', 'good'].map((name, n) => ({ ...A_SPAN, span: n + 1, name }));
    const verdicts: Verdict[] = [];
    for (const record of logOf([{ time: 1, spans }])) engine.apply(record, (verdict) => verdicts.push(verdict));
    expect(verdicts.map(({ spanId }) => spanId.at(-1))).toEqual(['1', '3']);
    expect(defects).toEqual([new Error('the defect')]);
  });

  it('in the check of a rule affects that rule, which reports it', () => {
    const broken = Object.defineProperty(ruleOf('broken', ''), 'expression', {
      get: () => {
        throw new Error('the defect');
      },
    });
    const engine = engineOf([[broken, ruleOf('slow', 'span.duration > 1ns')]]);
    const verdicts: Verdict[] = [];
    for (const record of logOf([{ time: 1, spans: [A_SPAN] }])) engine.apply(record, (verdict) => verdicts.push(verdict));
    expect(verdicts.map(({ ruleId }) => ruleId)).toEqual(['slow']);
    expect(engine.accounting.rule('broken').lastError).toBe('the rule is not in force: it cannot be compiled: Error: the defect');
  });

  it('at a marker is thrown, and the marker is applied when it comes again', () => {
    let missing = true;
    const slow = RuleSet.compile(2, [ruleOf('slow', 'span.duration > 1ns')]);
    const engine = engineOf([[]], {
      ruleSetOf: (epoch) => {
        if (epoch === 2 && missing) throw new Error('nobody has it');
        return epoch === 2 ? slow : RuleSet.compile(1, []);
      },
    });
    const [marker, spans] = logOf([
      { time: 1, epoch: 2 },
      { time: 2, spans: [A_SPAN] },
    ]) as [EngineRecord, EngineRecord];
    expect(() => engine.apply(marker, () => {})).toThrow('nobody has it');
    missing = false;
    engine.apply(marker, () => {});
    const verdicts: Verdict[] = [];
    engine.apply(spans, (verdict) => verdicts.push(verdict));
    expect(verdicts).toHaveLength(1);
  });
});
