import { DEFAULT_ASSEMBLY, PartitionEngine, RuleSet } from '#engine';
import type { BenchCase } from '../case.js';
import { collectedBytes } from '../collected-bytes.js';
import { RULE_KINDS, type RuleKind } from '../fixtures/rule-kinds.js';
import { SPANS_PER_TRACE, SpanLog } from '../fixtures/span-log.js';
import { eachPerSecond, perSecond } from '../measure.js';

const TRACES = 64;
const COUNTS = [1, 10, 50, 200, 1_000];
const MEMORY_RECORDS = 320;

/** An engine with a number of rules of a kind; `judge` feeds it traces of eight spans until it has judged and forgotten them. */
class JudgedLog {
  readonly engine: PartitionEngine;
  readonly spans: number;
  private readonly log: SpanLog;
  private offset = 0;
  private now = 1_700_000_000_000;

  constructor({ templates }: RuleKind, count: number, groups = 1) {
    const rules = Array.from({ length: count }, (_, n) => ({
      id: `rule-${n}`,
      name: `rule ${n}`,
      version: 1,
      expression: templates[n % templates.length]!(n),
      severity: 'LOW' as const,
    }));
    const ruleSet = RuleSet.compile(1, rules);
    if (ruleSet.problems.length > 0) throw new Error(JSON.stringify(ruleSet.problems[0]));
    const settings = { ...DEFAULT_ASSEMBLY, memoryBudget: 2 ** 40 };
    this.engine = new PartitionEngine({ partition: 0, settings, ruleSetOf: () => ruleSet, initialEpoch: 1 });
    this.log = new SpanLog(TRACES, groups);
    this.spans = TRACES * SPANS_PER_TRACE;
  }

  readonly judge = (): void => {
    this.read(SPANS_PER_TRACE);
    this.now += DEFAULT_ASSEMBLY.maxAge + DEFAULT_ASSEMBLY.lateWindow;
    this.engine.apply({ kind: 'tick', offset: this.offset++, timestamp: this.now }, ignore);
  };

  read(records: number): void {
    for (let record = 0; record < records; record++) {
      this.engine.apply({ kind: 'spans', offset: this.offset++, timestamp: this.now, value: this.log.read() }, ignore);
    }
  }
}

function ignore(): void {}

const known = new Map<string, number>();

/** Nanoseconds per span that the rules cost, in addition to reading and assembling. */
function costOf(kind: RuleKind, count: number): number {
  const key = `${count === 0 ? '' : kind.name} ${count}`;
  let cost = known.get(key);
  if (cost === undefined) {
    const judged = new JudgedLog(kind, count);
    cost = 1e9 / perSecond(judged.spans, judged.judge) - (count === 0 ? 0 : costOf(kind, 0));
    known.set(key, cost);
  }
  return cost;
}

function cost(kind: RuleKind, count: number): BenchCase {
  return {
    name: `${kind.name}: ${count}`,
    unit: 'ns per rule and span',
    run: async () => {
      const perSpan = costOf(kind, count);
      return {
        value: Math.max(0, perSpan / count),
        note: `${perSpan.toFixed(0)} ns per span, without ${costOf(kind, 0).toFixed(0)} to read it`,
      };
    },
  };
}

/** The ratio that must stay below 10. */
function ratio(kind: RuleKind): BenchCase {
  return {
    name: `${kind.name}: 1,000 rules to 50`,
    unit: 'times',
    run: async () => {
      const logs = [0, 50, 1_000].map((count) => new JudgedLog(kind, count));
      const rates = eachPerSecond(
        logs[0]!.spans,
        logs.map(({ judge }) => judge),
      );
      const [none, fifty, thousand] = rates.map((rate) => 1e9 / rate) as [number, number, number];
      const note = `${(thousand - none).toFixed(0)} to ${(fifty - none).toFixed(0)} ns per span, with what every rule set costs once`;
      return { value: (thousand - none) / (fifty - none), note };
    },
  };
}

/** Bytes of heap and arrays that a rule set keeps per span of an open trace. */
function memory(kind: RuleKind): BenchCase {
  return {
    name: `${kind.name}: kept of 50 rules`,
    unit: 'bytes per span',
    run: async () => {
      const perSpan = (count: number): { readonly used: number; readonly estimated: number } => {
        const judged = new JudgedLog(kind, count, 32);
        judged.read(1);
        const [before, estimate] = [collectedBytes(), judged.engine.memory];
        judged.read(MEMORY_RECORDS);
        const spans = MEMORY_RECORDS * TRACES;
        return { used: (collectedBytes() - before) / spans, estimated: (judged.engine.memory - estimate) / spans };
      };
      const [none, some] = [perSpan(0), perSpan(50)];
      const note = `its own estimate is ${(some.estimated - none.estimated).toFixed(0)}; ${none.used.toFixed(0)} are kept without rules`;
      return { value: some.used - none.used, note };
    },
  };
}

export const cases: readonly BenchCase[] = RULE_KINDS.flatMap((kind) => [
  ...COUNTS.map((count) => cost(kind, count)),
  ratio(kind),
  memory(kind),
]);
