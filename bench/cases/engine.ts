import { DEFAULT_ASSEMBLY, PartitionEngine, RuleSet } from '#engine';
import type { RuleDefinition } from '#records';
import type { BenchCase } from '../case.js';
import { collectedBytes } from '../collected-bytes.js';
import { FIFTY_RULES } from '../fixtures/fifty-rules.js';
import { SpanLog } from '../fixtures/span-log.js';
import { perSecond } from '../measure.js';

/** Records per second of log time: 64,000 spans per second, so about 320,000 traces are remembered. */
const RECORDS_PER_SECOND = 1_000;

/** An engine over an endless log; the returned function applies the next record. */
function reader(rules: readonly RuleDefinition[]): {
  readonly engine: PartitionEngine;
  readonly apply: () => void;
  readonly spans: number;
} {
  const settings = { ...DEFAULT_ASSEMBLY, memoryBudget: 2 ** 40 };
  const ruleSet = RuleSet.compile(1, rules);
  if (ruleSet.problems.length > 0) throw new Error(JSON.stringify(ruleSet.problems));
  const engine = new PartitionEngine({ partition: 0, settings, ruleSetOf: () => ruleSet, initialEpoch: 1 });
  const log = new SpanLog();
  let offset = 0;
  const sink = (): void => {};
  const apply = (): void => {
    const timestamp = 1_700_000_000_000 + Math.floor((offset * 1_000) / RECORDS_PER_SECOND);
    engine.apply({ kind: 'spans', offset, timestamp, value: log.read() }, sink);
    offset++;
  };
  return { engine, apply, spans: log.spansPerRecord };
}

function throughput(name: string, rules: readonly RuleDefinition[]): BenchCase {
  return {
    name,
    unit: 'M spans/s',
    run: async () => {
      const { engine, apply, spans } = reader(rules);
      for (let i = 0; i < 40 * RECORDS_PER_SECOND; i++) apply();
      const value = perSecond(spans, apply) / 1e6;
      return { value, note: `${engine.rememberedTraces} traces remembered` };
    },
  };
}

/** Bytes of arrays and heap per remembered trace of eight spans. */
function memory(name: string, rules: readonly RuleDefinition[]): BenchCase {
  return {
    name,
    unit: 'bytes',
    run: async () => {
      const { engine, apply } = reader(rules);
      apply();
      const before = collectedBytes();
      for (let i = 0; i < 30 * RECORDS_PER_SECOND; i++) apply();
      const traces = engine.rememberedTraces;
      const note = `${traces} traces of 8 spans; its own estimate is ${(engine.memory / traces).toFixed(0)}`;
      return { value: (collectedBytes() - before) / traces, note };
    },
  };
}

export const cases: readonly BenchCase[] = [
  memory('per remembered trace, no rules', []),
  memory('per remembered trace, 50 rules, 16 of them on traces', FIFTY_RULES),
  throughput('decode, assemble, no rules', []),
  throughput('decode, assemble, 34 rules on spans', FIFTY_RULES.slice(0, 34)),
  throughput('decode, assemble, 50 rules, 16 of them on traces', FIFTY_RULES),
];
