import { createHash } from 'node:crypto';
import type { EvaluatorSettings } from '../../settings.js';

type Judging = Pick<EvaluatorSettings, 'assembly' | 'evaluationTimeout' | 'foreignProducers' | 'version'>;

/**
 * A fingerprint of the version and settings that decide verdicts: 16 hex digits. Evaluators with the same one reach the same verdicts at the same record.
 * With other settings a trace closes at another record, so a successor reaches a verdict where its predecessor would have reached it later.
 */
export function judgementOf({ assembly, evaluationTimeout, foreignProducers, version }: Judging): string {
  // The memory budget changes when senders wait, but no verdict.
  const { memoryBudget: _memoryBudget, ...decisive } = assembly;
  const parts = [version, evaluationTimeout, foreignProducers, Object.entries(decisive).sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
