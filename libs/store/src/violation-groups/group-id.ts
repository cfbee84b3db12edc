import { createHash } from 'node:crypto';

/** The id of a group; `service` as the column has it (`indexedText`). Without a fingerprint: that of what was kept before there were any. */
export function groupId(ruleId: string, service: string, fingerprint?: string): string {
  const parts = fingerprint === undefined ? [ruleId, service] : [ruleId, service, fingerprint];
  const hash = createHash('sha256').update(JSON.stringify(parts));
  return `grp-${hash.digest('hex').slice(0, 32)}`;
}
