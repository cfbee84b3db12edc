import { keyRing, verifyViolation } from '#signing';
import type { BeTrace } from '../harness/betrace.js';

interface Page {
  readonly violations: readonly Found[];
  readonly next?: string;
}

/** A violation as `GET /v1/violations?view=full` shows it. */
export interface Found {
  readonly id: string;
  readonly rule_id: string;
  readonly wire_trace_id: string;
  readonly status: string;
  readonly timestamp: number;
}

/** One violation of a rule in a trace: no rule of the load can have two. */
export const violationKey = (ruleId: string, traceId: string): string => `${ruleId} in ${traceId}`;

/** All violations that stand now. */
export async function openViolations(betrace: BeTrace): Promise<Found[]> {
  const found: Found[] = [];
  for (let after = ''; ; ) {
    const { status, body } = await betrace.json<Page>('GET', `/v1/violations?view=full&limit=1000${after}`);
    if (status !== 200) throw new Error(`the list of violations was answered with ${status}`);
    found.push(...body.violations);
    if (body.next === undefined) return found.filter(({ status }) => status === 'open');
    after = `&after=${encodeURIComponent(body.next)}`;
  }
}

/** How what was found differs from what must be; one sentence for each kind of difference. */
export function differences(expected: readonly string[], found: readonly Found[]): string[] {
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

/** Those whose signature is not valid under `key`. `timestamp` is shown, and stands in the signed record as `timestamp_ms`. */
export function unsigned(found: readonly Found[], key: string): string[] {
  const keys = keyRing({ key, development: false });
  return found.flatMap(({ timestamp: _, ...record }) => (verifyViolation(record, keys).signature === 'valid' ? [] : [record.id]));
}
