import { createHash } from 'node:crypto';

/** The id of the group of a rule and a service; `service` as the column has it (`indexedText`). */
export function groupId(ruleId: string, service: string): string {
  const hash = createHash('sha256').update(JSON.stringify([ruleId, service]));
  return `grp-${hash.digest('hex').slice(0, 32)}`;
}
