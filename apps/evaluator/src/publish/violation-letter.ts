import type { Verdict } from '#engine';
import { type DeadLetter } from '#messaging';
import { TOPICS } from '#records';
import type { SetAside } from './violation-publisher.js';
import { unsignedRecord } from './violation-record.js';

/** The dead letter of a violation that could not be published: unsigned, as far as it could be built. */
export function violationLetter({ verdict, reason, error }: SetAside): DeadLetter {
  const { partition, wireTraceId: key, ruleId: rule } = verdict;
  const why = `${reason}: ${error.message}`;
  return { topic: TOPICS.violations, partition, record: { key, value: unsignedValue(verdict) }, reason: why, rule };
}

function unsignedValue(verdict: Verdict): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(unsignedRecord(verdict)));
  } catch {
    const { id, revision, status, partition, firstOffset, lastOffset } = verdict;
    return Buffer.from(JSON.stringify({ id, revision, status, log: { partition, first_offset: firstOffset, last_offset: lastOffset } }));
  }
}
