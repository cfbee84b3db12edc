import type { Accounting, Verdict } from '#engine';
import type { SetAside } from '../../publish/violation-publisher.js';
import type { PartitionTools } from '../partition-tools.js';

/** A violation counts once for all of its revisions; a retraction counts separately. */
export function countVerdict(measurements: PartitionTools['measurements'], verdict: Verdict): void {
  const { ruleId: rule_id, ruleName: rule_name, severity, service: service_name } = verdict;
  const fragment = String(verdict.fragment === true);
  if (verdict.status === 'retracted') measurements.count('violationsRetracted', { rule_id });
  else if (verdict.status === 'open' && verdict.before !== 'open')
    measurements.count('violations', { severity, rule_id, rule_name, service_name, fragment });
}

/** A violation of a rule in shadow, counted in the same way. */
export function countShadow(measurements: PartitionTools['measurements'], verdict: Verdict): void {
  const { ruleId: rule_id, ruleName: rule_name, severity } = verdict;
  if (verdict.status === 'retracted') measurements.count('shadowRetracted', { rule_id });
  else if (verdict.status === 'open' && verdict.before !== 'open') measurements.count('shadowMatches', { severity, rule_id, rule_name });
}

/** A violation that cannot be published counts as an error of its rule too, so that the rule's status and the log report it. */
export function countSetAside(
  measurements: PartitionTools['measurements'],
  accounting: Accounting,
  { verdict, reason, error }: SetAside,
): void {
  measurements.count('violationsSetAside', { rule_id: verdict.ruleId, reason });
  const text = error.message.split(':', 1)[0]!;
  accounting.rule(verdict.ruleId).countErrors(`a violation was set aside (${reason}): ${text}`, 1);
}
