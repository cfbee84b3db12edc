import { createHash } from 'node:crypto';
import type { EvaluatorSettings } from '../settings.js';

type Judging = Pick<EvaluatorSettings, 'assembly' | 'evaluationTimeout' | 'foreignProducers' | 'version'>;

/**
 * The same text for evaluators that find the same of the same records, at the same record: 16 hex digits. With other settings a trace closes
 * elsewhere, so that a successor finds at a record what its predecessor would have found behind it.
 */
export function judgementOf({ assembly, evaluationTimeout, foreignProducers, version }: Judging): string {
  // How much memory there is changes when senders wait, and no verdict.
  const { memoryBudget: _memoryBudget, ...decisive } = assembly;
  const parts = [version, evaluationTimeout, foreignProducers, Object.entries(decisive).sort(([a], [b]) => (a < b ? -1 : 1))];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
