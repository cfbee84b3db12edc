import { createHash } from 'node:crypto';
import type { EvaluatorSettings } from '../settings.js';

type Judging = Pick<EvaluatorSettings, 'assembly' | 'evaluationTimeout' | 'foreignProducers' | 'version'>;

/**
 * A fingerprint of the version and settings that decide verdicts: 16 hex digits. Evaluators with the same one find the same in the same records, at the same record. With other
 * settings a trace closes at another record, so a successor finds there what its predecessor would have found later.
 */
export function judgementOf({ assembly, evaluationTimeout, foreignProducers, version }: Judging): string {
  // How much memory there is changes when senders wait, and no verdict.
  const { memoryBudget: _memoryBudget, ...decisive } = assembly;
  const parts = [version, evaluationTimeout, foreignProducers, Object.entries(decisive).sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
