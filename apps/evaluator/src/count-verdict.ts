import type { Verdict } from '#engine';
import type { PartitionTools } from './partition-tools.js';

/** A violation counts once, whatever its revisions; a retraction by itself. */
export function countVerdict(measurements: PartitionTools['measurements'], verdict: Verdict): void {
  const { ruleId: rule_id, ruleName: rule_name, severity, service: service_name } = verdict;
  const fragment = String(verdict.fragment === true);
  if (verdict.status === 'retracted') measurements.count('violationsRetracted', { rule_id });
  else if (verdict.status === 'open' && verdict.before !== 'open')
    measurements.count('violations', { severity, rule_id, rule_name, service_name, fragment });
}
