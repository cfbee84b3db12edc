import { createHash } from 'node:crypto';

/**
 * The id of a group. Without a fingerprint: the group of violations stored before fingerprints existed.
 * @param service as in the column (`indexedText`)
 */
export function groupId(ruleId: string, service: string, fingerprint?: string): string {
  const parts = fingerprint === undefined ? [ruleId, service] : [ruleId, service, fingerprint];
  const hash = createHash('sha256').update(JSON.stringify(parts));
  return `grp-${hash.digest('hex').slice(0, 32)}`;
}
