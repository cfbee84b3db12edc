import { FIFTY_RULES } from '../../bench/fixtures/fifty-rules.js';
import { SpanLog } from '../../bench/fixtures/span-log.js';
import { DEFAULT_ASSEMBLY, PartitionEngine, RuleSet } from '../../libs/engine/src/index.js';
import type { MemoryCase } from './memory-case.js';

/** Milliseconds of log time between two records: traces are remembered for some hundred of them. */
const PAUSE_MS = 100;

/**
 * Records of an endless log, in each of which traces open, close and are forgotten.
 * @param epochs the number of records of a rule set
 */
function partition(epochs: number): () => void {
  const ruleSets = [1, 2].map((version) =>
    RuleSet.compile(
      version,
      FIFTY_RULES.map((rule) => ({ ...rule, version })),
    ),
  );
  let [epoch, offset] = [1, 0];
  const engine = new PartitionEngine({
    partition: 0,
    settings: { ...DEFAULT_ASSEMBLY, retryWindow: 60_000 },
    ruleSetOf: (wanted) => Object.assign(Object.create(ruleSets[wanted % 2]!), { epoch: wanted }),
    initialEpoch: epoch,
  });
  const log = new SpanLog();
  return () => {
    const timestamp = 1_700_000_000_000 + offset * PAUSE_MS;
    if (offset % epochs === epochs - 1) engine.apply({ kind: 'epoch', offset: offset++, timestamp, epoch: ++epoch }, () => undefined);
    engine.apply({ kind: 'spans', offset: offset++, timestamp, value: log.read() }, () => undefined);
  };
}

export const cases: readonly MemoryCase[] = [
  { name: 'a partition whose traces come and go', warmUp: 4_000, begin: () => partition(Number.POSITIVE_INFINITY) },
  { name: 'a partition whose rules change all the time', warmUp: 4_000, begin: () => partition(50) },
];
