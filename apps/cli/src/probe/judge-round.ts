import type { Canary } from './canaries.js';

/** A violation in the list. */
export interface FoundViolation {
  readonly id: string;
  readonly rule_id: string;
  readonly trace_id: string;
  readonly span_id: string;
}

/** A verdict of a round, and a fault of it. A verdict that is doubled and late has two. */
export interface Fault {
  readonly kind: 'missed' | 'wrong' | 'double' | 'late';
  readonly rule: string;
  readonly trace: string;
  /** Of a wrong verdict that is due: the span that it names, and the one that it has to name. */
  readonly span?: string;
  readonly witness?: string;
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

/** One violation may be listed twice, while pages are read. */
const isDouble = (violations: readonly FoundViolation[]) => new Set(violations.map(({ id }) => id)).size > 1;

const keyOf = (rule: string, trace: string) => `${rule} ${trace}`;

/**
 * The result of a round: verdicts that are missing, unexpected, duplicate, about another span, or later than `late` ms after their trace was sent. A verdict
 * has a fault for each of these that holds.
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
  const due = sent.flatMap(({ traceId, breaks, witness }) => breaks.map((rule) => ({ rule, trace: traceId, witness })));
  const dueKeys = new Set(due.map(({ rule, trace }) => keyOf(rule, trace)));
  const faults: Fault[] = [];
  let right = 0;
  for (const { rule, trace, witness } of due) {
    const violations = byKey.get(keyOf(rule, trace));
    if (violations === undefined) {
      faults.push({ kind: 'missed', rule, trace });
      continue;
    }
    const before = faults.length;
    const elsewhere = violations.find(({ span_id }) => span_id !== witness);
    if (elsewhere !== undefined) faults.push({ kind: 'wrong', rule, trace, span: elsewhere.span_id, witness });
    if (isDouble(violations)) faults.push({ kind: 'double', rule, trace });
    if ((cameAfter.get(keyOf(rule, trace)) ?? Number.POSITIVE_INFINITY) > late) faults.push({ kind: 'late', rule, trace });
    if (faults.length === before) right++;
  }
  for (const [key, violations] of byKey) {
    const [violation] = violations;
    if (dueKeys.has(key) || violation === undefined) continue;
    const { rule_id: rule, trace_id: trace } = violation;
    faults.push({ kind: 'wrong', rule, trace });
    if (isDouble(violations)) faults.push({ kind: 'double', rule, trace });
  }
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
