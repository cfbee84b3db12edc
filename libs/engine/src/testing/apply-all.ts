import { PartitionEngine, type PartitionEngineOptions } from '../partition.js';
import { RuleSet } from '../rule-set.js';
import type { RuleDefinition } from '../settings.js';
import type { Verdict } from '../verdict.js';
import { SMALL_SETTINGS } from './arbitrary-log.js';
import { logOf, type TestRecord } from './test-span.js';

/** A rule of version 1, named after its id. */
export function ruleOf(id: string, expression: string, more: Partial<RuleDefinition> = {}): RuleDefinition {
  return { id, name: id, version: 1, expression, severity: 'HIGH', ...more };
}

/** An engine over rule sets by epoch, from 1 on. */
export function engineOf(epochs: readonly (readonly RuleDefinition[])[], more: Partial<PartitionEngineOptions> = {}): PartitionEngine {
  const ruleSets = epochs.map((rules, i) => RuleSet.compile(i + 1, rules));
  const ruleSetOf = (epoch: number): RuleSet => {
    const found = ruleSets[epoch - 1];
    if (found === undefined) throw new Error(`the test has no epoch ${epoch}`);
    return found;
  };
  return new PartitionEngine({ partition: 0, settings: SMALL_SETTINGS, ruleSetOf, initialEpoch: 1, ...more });
}

/** Applies records; answers the verdicts of all. */
export function applyAll(engine: PartitionEngine, records: readonly TestRecord[]): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const record of logOf(records)) engine.apply(record, (verdict) => verdicts.push(verdict));
  return verdicts;
}

/** What a reader of a test wants to see of a verdict. */
export function brief({ ruleId, ruleVersion, revision, status, closeReason, timestamp }: Verdict): string {
  return `${ruleId} v${ruleVersion} ${status} (revision ${revision}) ${closeReason} @ ${timestamp}`;
}
