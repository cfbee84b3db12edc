import type { CompiledRuleSet } from '#dsl';
import { Slots } from '../assembly/table/slots.js';
import type { JudgePlan } from './judge-plan.js';

/**
 * The state that the online rules of one epoch keep per trace, as words:
 *
 *     bits      one per `has` atom: some span satisfied it
 *     settled   one per rule over the trace: its verdict can no longer change, it is not asked again
 *     counters  one word per `count` atom, stopping at 2^32 - 1
 *     groups    the first group of pending spans (only with mixed rules)
 *     totals    first start and last end, low and high word each (only if a rule reads the duration)
 *
 * The first word doubles as the chain of free slots, which Slots needs.
 */
export class TraceStates extends Slots {
  private readonly settledAt: number;
  private readonly countersAt: number;
  private readonly groupsAt: number;
  private readonly totalsAt: number;

  constructor(compiled: CompiledRuleSet, plan: JudgePlan) {
    const settledAt = Math.ceil(compiled.traceBits / 32);
    const countersAt = settledAt + Math.ceil(plan.traceRules.length / 32);
    const groupsAt = countersAt + compiled.traceCounters;
    const totalsAt = groupsAt + (plan.mixedRules.length > 0 ? 1 : 0);
    super(Math.max(1, totalsAt + (plan.totals ? 4 : 0)));
    this.settledAt = settledAt;
    this.countersAt = countersAt;
    this.groupsAt = groupsAt;
    this.totalsAt = totalsAt;
  }

  has(state: number, bit: number): boolean {
    return ((this.words[state * this.stride + (bit >> 5)]! >>> (bit & 31)) & 1) === 1;
  }

  /** Sets a bit. Returns false if it was set already. */
  set(state: number, bit: number): boolean {
    const at = state * this.stride + (bit >> 5);
    const mask = 1 << (bit & 31);
    if ((this.words[at]! & mask) !== 0) return false;
    this.words[at]! |= mask;
    return true;
  }

  counted(state: number, counter: number): number {
    return this.words[state * this.stride + this.countersAt + counter]!;
  }

  /** Counts one more span. */
  add(state: number, counter: number): void {
    const at = state * this.stride + this.countersAt + counter;
    if (this.words[at]! < 0xffffffff) this.words[at]!++;
  }

  isSettled(state: number, n: number): boolean {
    return ((this.words[state * this.stride + this.settledAt + (n >> 5)]! >>> (n & 31)) & 1) === 1;
  }

  settle(state: number, n: number): void {
    this.words[state * this.stride + this.settledAt + (n >> 5)]! |= 1 << (n & 31);
  }

  groups(state: number): number {
    return this.words[state * this.stride + this.groupsAt]!;
  }

  setGroups(state: number, group: number): void {
    this.words[state * this.stride + this.groupsAt] = group;
  }

  /** Extends the trace's interval by a span's, given as words (low, high). @param first the trace's first span */
  widen(state: number, first: boolean, startLow: number, startHigh: number, endLow: number, endHigh: number): void {
    const at = state * this.stride + this.totalsAt;
    const { words } = this;
    if (first || startHigh < words[at + 1]! || (startHigh === words[at + 1] && startLow < words[at]!)) {
      words[at] = startLow;
      words[at + 1] = startHigh;
    }
    if (first || endHigh > words[at + 3]! || (endHigh === words[at + 3] && endLow > words[at + 2]!)) {
      words[at + 2] = endLow;
      words[at + 3] = endHigh;
    }
  }

  /** Last end minus first start, nanoseconds; a bigint when no number is exact. */
  duration(state: number): number | bigint {
    const at = state * this.stride + this.totalsAt;
    const { words } = this;
    const high = words[at + 3]! - words[at + 1]!;
    const difference = high * 2 ** 32 + (words[at + 2]! - words[at]!);
    if (Number.isSafeInteger(difference)) return difference;
    return (BigInt(high) << 32n) + BigInt(words[at + 2]! - words[at]!);
  }
}
