import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { applyAll, engineOf, ruleOf } from '../../../../test/fixtures/engine/apply-all.js';
import { arbitraryLog, SMALL_SETTINGS } from '../../../../test/fixtures/engine/arbitrary-log.js';
import { MODEL_RULES } from '../../../../test/fixtures/engine/model-rules.js';
import { DOUBTFUL_RULES, STRICT_RULES } from '../../../../test/fixtures/engine/strict-rules.js';
import { A_SPAN, logOf, type TestRecord } from '../../../../test/fixtures/engine/test-span.js';
import type { EngineRecord } from '../record.js';
import { RuleSet } from '../rules/rule-set.js';
import type { Verdict } from '../verdict/verdict.js';
import { PartitionEngine } from './partition.js';

const evidence = [{ framework: 'SOC 2', control: 'CC6.1' }];
const root = { ...A_SPAN, span: 1, name: 'root' };
const read = { ...A_SPAN, span: 2, parent: 1, name: 'read' };
const audit = { ...A_SPAN, span: 3, parent: 1, name: 'audit' };
const rules = [
  ruleOf('alone', 'span.name == "read" and span.attributes.n == 6', { evidence }),
  ruleOf('online', 'trace.has(span.name == "read") and not trace.has(span.name == "audit")', { evidence }),
  ruleOf('columns', 'trace.has(r where r.name == "read" and not trace.has(span.name == "audit" and span.service == r.service))', {
    evidence,
  }),
  ruleOf('silent', 'trace.has(span.name == "read")'),
];

function passedOf(records: readonly TestRecord[], more: object = {}): string[] {
  const told: string[] = [];
  const engine = engineOf([rules], {
    ...more,
    passed: (passed, asked, trace) => {
      expect(asked).toBe(3);
      for (const { id } of passed) told.push(`${id} ${Number(trace().wireTraceId.slice(-4))} ${trace().complete}`);
    },
  });
  applyAll(engine, records);
  return told;
}

describe('a trace that complies with a rule', () => {
  it('is evidence once, for rules that request it, when no late span can change it', () => {
    const records: TestRecord[] = [{ time: 0, spans: [root, read, audit] }, { time: 150 }, { time: 169 }];
    expect(passedOf(records)).toEqual([]);
    expect(passedOf([...records, { time: 500 }, { time: 9_000 }])).toEqual(['alone 1 true', 'online 1 true', 'columns 1 true']);
  });

  it('is not evidence for a violated rule, unless the violation was retracted', () => {
    expect(passedOf([{ time: 0, spans: [root, { ...read, n: 6 }] }, { time: 900 }])).toEqual([]);
    expect(passedOf([{ time: 0, spans: [root, read] }, { time: 100 }, { time: 110, spans: [audit] }, { time: 900 }])).toEqual([
      'alone 1 true',
      'online 1 true',
      'columns 1 true',
    ]);
  });

  it('is not evidence without its root, and incomplete without a parent', () => {
    expect(passedOf([{ time: 0, spans: [audit] }, { time: 900 }])).toEqual([]);
    expect(passedOf([{ time: 0, spans: [root, { ...audit, parent: 9 }] }, { time: 900 }])).toEqual([
      'alone 1 false',
      'online 1 false',
      'columns 1 false',
    ]);
  });

  it('is not evidence when a rule did not see one of its spans because of a defect', () => {
    const told: string[] = [];
    const engine = engineOf([rules], { passed: (_, __, trace) => told.push(trace().wireTraceId.slice(-1)) });
    const { judge } = engine as unknown as { readonly judge: { feed: (...values: readonly unknown[]) => void } };
    const feed = judge.feed.bind(judge);
    let calls = 0;
    judge.feed = (...values) => {
      if (++calls === 2) throw new Error('a defect');
      feed(...values);
    };
    const second = { ...root, trace: 2 };
    applyAll(engine, [{ time: 0, spans: [root, read, audit] }, { time: 10, spans: [second] }, { time: 900 }]);
    expect(told).toEqual(['2']);
  });
});

const all = [...MODEL_RULES.map(({ definition }) => definition), ...STRICT_RULES, ...DOUBTFUL_RULES]
  .filter(({ id }) => id !== 'script')
  .map((rule) => ({ ...rule, evidence }));
const RULE_SETS = [RuleSet.compile(1, all), RuleSet.compile(2, all.slice(2)), RuleSet.compile(3, all)];

interface Commit {
  readonly offset: number;
  readonly epoch: number;
  readonly logTime: number;
  readonly start: number;
  readonly paused: number;
}
const NOTHING: Commit = { offset: 0, logTime: Number.NEGATIVE_INFINITY, start: Number.NEGATIVE_INFINITY, paused: 0, epoch: 1 };

/** Per trace, or part of one, and rule: whether it is reported as compliant, without an open violation at that moment. */
function run(log: readonly EngineRecord[], died: number): ReadonlySet<string> {
  const told = new Set<string>();
  let commit = NOTHING;
  for (const end of [died, log.length]) {
    const standing = new Map<string, Verdict>();
    const own = new Set<string>();
    const engine: PartitionEngine = new PartitionEngine({
      partition: 0,
      settings: SMALL_SETTINGS,
      ruleSetOf: (epoch) => RULE_SETS[epoch - 1]!,
      initialEpoch: commit.epoch,
      judgeFrom: commit.offset,
      committedAt: commit.logTime,
      paused: commit.paused,
      passed: (passed, _, makeTrace) => {
        const trace = makeTrace();
        for (const { id } of passed) {
          const key = `${id} ${trace.wireTraceId} ${trace.firstOffset} ${trace.timestamp} ${trace.complete}`;
          expect(own.has(key)).toBe(false);
          own.add(key);
          told.add(key);
          const found = [...standing.values()].filter(
            (one) => one.ruleId === id && one.wireTraceId === trace.wireTraceId && one.firstOffset >= trace.firstOffset,
          );
          expect(found.filter(({ status }) => status !== 'retracted').map(({ id: violation }) => violation)).toEqual([]);
        }
      },
    });
    const start = log.findIndex(({ timestamp }) => timestamp >= commit.start);
    for (const record of start < 0 ? [] : log.slice(start, end)) engine.apply(record, (verdict) => standing.set(verdict.id, verdict));
    commit = engine.commitPoint() ?? commit;
  }
  return told;
}

it('of any log: it has no violation, and a successor has the same evidence', () => {
  let count = 0;
  fc.assert(
    fc.property(arbitraryLog(SMALL_SETTINGS, 3, 40), fc.nat(40), (records, died) => {
      const last = records.at(-1)!.time;
      const log = logOf([...records, ...[200, 400, 800, 1_600].map((after) => ({ time: last + after }))]);
      const undisturbed = run(log, log.length);
      count += undisturbed.size;
      expect([...run(log, Math.min(died, log.length))].toSorted()).toEqual([...undisturbed].toSorted());
    }),
    { numRuns: 15 },
  );
  expect(count).toBeGreaterThan(0);
});
