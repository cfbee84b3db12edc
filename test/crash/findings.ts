import { keyRing, verifyViolation } from '#signing';
import type { BeTrace } from '../harness/betrace.js';

interface Page {
  readonly violations: readonly FoundViolation[];
  readonly next?: string;
}

/** A violation in `GET /v1/violations?view=full`. */
export interface FoundViolation {
  readonly id: string;
  readonly rule_id: string;
  readonly wire_trace_id: string;
  readonly status: string;
  readonly timestamp: number;
}

/** The key of a violation of a rule in a trace: no rule of the load can have two. */
export const violationKey = (ruleId: string, traceId: string): string => `${ruleId} in ${traceId}`;

/** All open violations. */
export async function openViolations(betrace: BeTrace): Promise<FoundViolation[]> {
  const found: FoundViolation[] = [];
  for (let after = ''; ; ) {
    const { status, body } = await betrace.json<Page>('GET', `/v1/violations?view=full&limit=1000${after}`);
    if (status !== 200) throw new Error(`the list of violations was answered with ${status}`);
    found.push(...body.violations);
    if (body.next === undefined) return found.filter(({ status }) => status === 'open');
    after = `&after=${encodeURIComponent(body.next)}`;
  }
}

/** How the found violations differ from the expected ones; one sentence for each kind of difference. */
export function differences(expected: readonly string[], found: readonly FoundViolation[]): string[] {
  const keys = found.map(({ rule_id, wire_trace_id }) => violationKey(rule_id, wire_trace_id));
  const [wanted, present] = [new Set(expected), new Set(keys)];
  const some = (kind: string, which: readonly string[]) => (which.length === 0 ? [] : [`${which.length} ${kind}, such as ${which[0]}`]);
  return [
    ...some(
      'missing',
      expected.filter((key) => !present.has(key)),
    ),
    ...some(
      'false',
      keys.filter((key) => !wanted.has(key)),
    ),
    ...some(
      'doubled',
      keys.filter((key, n) => keys.indexOf(key) !== n),
    ),
  ];
}

/** The violations without a valid signature of `key`. `timestamp` is a member of the API; the signed record has `timestamp_ms`. */
export function unsigned(found: readonly FoundViolation[], key: string): string[] {
  const keys = keyRing({ key, development: false });
  return found.flatMap(({ timestamp: _, ...record }) => (verifyViolation(record, keys).signature === 'valid' ? [] : [record.id]));
}
