import { createHash } from 'node:crypto';

/**
 * The id of a violation: the same for the same rule, trace and subject span, whoever finds it and however often.
 * `wireSpanId` is '' for a rule over the whole trace. `viol-` and the first 128 bits of SHA-256 over the three, each ended by a
 * zero byte (ids of rules may hold any other character, so no two triples give the same text).
 */
export function violationId(ruleId: string, wireTraceId: string, wireSpanId: string): string {
  const digest = createHash('sha256').update(`${ruleId}\0${wireTraceId}\0${wireSpanId}\0`, 'utf8').digest('hex');
  return `viol-${digest.slice(0, 32)}`;
}
