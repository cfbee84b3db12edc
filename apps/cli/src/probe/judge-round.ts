import type { Canary } from './canaries.js';

/** A violation in the list. */
export interface FoundViolation {
  readonly id: string;
  readonly rule_id: string;
  readonly trace_id: string;
}

/** A verdict of a round, and its fault. */
export interface Fault {
  readonly kind: 'missed' | 'wrong' | 'double' | 'late';
  readonly rule: string;
  readonly trace: string;
}

export interface RoundResult {
  /** Traces that were sent. */
  readonly sent: number;
  /** Expected verdicts, and those that came once and in time. */
  readonly due: number;
  readonly right: number;
  readonly faults: readonly Fault[];
  /** The longest time from sending to the list, in milliseconds; 0 without a verdict. */
  readonly slowest: number;
}

const keyOf = (rule: string, trace: string) => `${rule} ${trace}`;

/**
 * The result of a round: verdicts that are missing, unexpected, duplicate, or later than `late` ms after their trace was sent.
 * @param found the last list
 * @param cameAfter by rule and trace: how long (ms) until a list had it
 */
export function judgeRound(
  sent: readonly Canary[],
  found: readonly FoundViolation[],
  cameAfter: ReadonlyMap<string, number>,
  late: number,
): RoundResult {
  const byKey = Map.groupBy(found, ({ rule_id, trace_id }) => keyOf(rule_id, trace_id));
  const due = sent.flatMap(({ traceId, breaks }) => breaks.map((rule) => ({ rule, trace: traceId })));
  const wanted = new Set(due.map(({ rule, trace }) => keyOf(rule, trace)));
  const faults: Fault[] = [];
  for (const { rule, trace } of due) {
    const ids = new Set((byKey.get(keyOf(rule, trace)) ?? []).map(({ id }) => id));
    const came = cameAfter.get(keyOf(rule, trace));
    if (ids.size === 0) faults.push({ kind: 'missed', rule, trace });
    else if (ids.size > 1) faults.push({ kind: 'double', rule, trace });
    else if (came === undefined || came > late) faults.push({ kind: 'late', rule, trace });
  }
  for (const [key, [violation]] of byKey) {
    if (!wanted.has(key) && violation !== undefined) faults.push({ kind: 'wrong', rule: violation.rule_id, trace: violation.trace_id });
  }
  const right = due.length - faults.filter(({ kind }) => kind !== 'wrong').length;
  return { sent: sent.length, due: due.length, right, faults, slowest: Math.max(0, ...cameAfter.values()) };
}

/**
 * Notes the violations that are new in a list.
 * @param elapsed ms since the traces were sent
 */
export function noteArrivals(found: readonly FoundViolation[], cameAfter: Map<string, number>, elapsed: number): void {
  for (const { rule_id, trace_id } of found) {
    const key = keyOf(rule_id, trace_id);
    if (!cameAfter.has(key)) cameAfter.set(key, elapsed);
  }
}
