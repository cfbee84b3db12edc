import type { ConditionColumns } from '../contract/compiled-rule-set.js';
import type { Value } from '../values/value.js';

/** Tests some conditions on one span and sets their bits. */
export type Handler = (columns: ConditionColumns, i: number, o: number, matched: Uint32Array, failed: Uint32Array) => void;

/** One bound of a ladder. */
export interface Rung {
  readonly literal: number;
  readonly inclusive: boolean;
  /** The condition that consists of this bound alone; absent: `test` has the rest. */
  readonly condition?: number;
}

/** Rungs with further tests where their bounds hold: those from `from` on, in the ladder's order. */
export interface LadderBlock {
  readonly from: number;
  readonly test: Handler;
}

/** The effect of a value that cannot be compared with numbers. */
export interface Failing {
  /** The conditions that fail at once. */
  readonly conditions: readonly number[];
  /** The conditions where Lua may not reach the bound: they are tested. */
  readonly blocks: readonly Handler[];
}

/** Rungs in the ladder's order: for any value, those that hold come first. */
export function inOrder<R extends Rung>(rungs: readonly R[], isAbove: boolean): readonly R[] {
  const sign = isAbove ? 1 : -1;
  return rungs.toSorted((a, b) => sign * (a.literal - b.literal) || Number(b.inclusive) - Number(a.inclusive));
}

/**
 * Many bounds on one column, answered together. The value's index among the sorted literals says how many bounds hold. The bits of bounds that are whole
 * conditions are set a word at a time.
 */
export class Ladder {
  /** The distinct literals, ascending (negated where values must lie below), and how many rungs hold at and above each. */
  private readonly steps: Float64Array;
  private readonly heldAt: Uint32Array;
  private readonly heldAbove: Uint32Array;
  private readonly whole: PrefixBits;
  private readonly failing: PrefixBits;

  /** `rungs` are in order. */
  constructor(
    rungs: readonly Rung[],
    private readonly isAbove: boolean,
    private readonly blocks: readonly LadderBlock[],
    private readonly failures: Failing,
    private readonly slow: { unusual: boolean } = { unusual: false },
  ) {
    const steps = [...new Set(rungs.map(({ literal }) => (isAbove ? literal : -literal)))];
    const held = (test: (rung: Rung, step: number) => boolean): number[] =>
      steps.map((step) => rungs.findLastIndex((rung) => test(rung, step)) + 1);
    const place = (rung: Rung): number => (isAbove ? rung.literal : -rung.literal);
    this.steps = Float64Array.from(steps);
    this.heldAt = Uint32Array.from(held((rung, step) => place(rung) < step || (place(rung) === step && rung.inclusive)));
    this.heldAbove = Uint32Array.from(held((rung, step) => place(rung) <= step));
    this.whole = new PrefixBits(rungs.map(({ condition }) => condition));
    this.failing = new PrefixBits(failures.conditions);
  }

  test(value: Value, columns: ConditionColumns, i: number, o: number, matched: Uint32Array, failed: Uint32Array): void {
    if (typeof value !== 'number' && typeof value !== 'bigint') {
      if (value !== undefined) this.slow.unusual = true;
      this.failing.set(this.failures.conditions.length, failed, o);
      for (const test of this.failures.blocks) test(columns, i, o, matched, failed);
      return;
    }
    const held = this.held(this.isAbove ? value : -value);
    if (held === 0) return;
    this.whole.set(held, matched, o);
    for (let at = 0; at < this.blocks.length && this.blocks[at]!.from < held; at++) this.blocks[at]!.test(columns, i, o, matched, failed);
  }

  /** How many rungs hold. JavaScript compares numbers and bigints exactly; NaN is neither above nor at anything. */
  private held(value: number | bigint): number {
    const { steps } = this;
    let low = 0;
    let high = steps.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (steps[middle]! < value) low = middle + 1;
      else high = middle;
    }
    // biome-ignore lint/suspicious/noDoubleEquals: bigint == number compares the exact values
    if (low < steps.length && steps[low]! == value) return this.heldAt[low]!;
    return low === 0 ? 0 : this.heldAbove[low - 1]!;
  }
}

/** Sets the bits of the first n of some conditions: whole words up to a checkpoint, the rest one by one. */
class PrefixBits {
  /** The number of these conditions among the first n. */
  private readonly counts: Uint32Array;
  private readonly conditions: Uint32Array;
  /** The words with any of the bits; per checkpoint, their values for all conditions before it. */
  private readonly words: Uint32Array;
  private readonly checkpoints: Uint32Array;
  /** Conditions between checkpoints: the square root of their number, so that both words and single bits are few. */
  private readonly interval: number;

  constructor(conditions: readonly (number | undefined)[]) {
    const present = conditions.filter((condition) => condition !== undefined);
    let count = 0;
    this.counts = Uint32Array.from([0, ...conditions.map((condition) => (condition === undefined ? count : ++count))]);
    this.conditions = Uint32Array.from(present);
    this.words = Uint32Array.from(new Set(present.map((condition) => condition >> 5)));
    this.interval = Math.max(1, Math.ceil(Math.sqrt(present.length)));
    const stops = Math.floor(present.length / this.interval);
    this.checkpoints = new Uint32Array((stops + 1) * this.words.length);
    const placeOf = new Map([...this.words].map((word, place) => [word, place]));
    for (let stop = 1; stop <= stops; stop++) {
      const at = stop * this.words.length;
      this.checkpoints.copyWithin(at, at - this.words.length, at);
      for (const condition of present.slice((stop - 1) * this.interval, stop * this.interval)) {
        this.checkpoints[at + placeOf.get(condition >> 5)!]! |= 1 << (condition & 31);
      }
    }
  }

  set(first: number, bits: Uint32Array, o: number): void {
    const { words, conditions, checkpoints, interval } = this;
    const count = this.counts[first]!;
    const stop = Math.floor(count / interval);
    if (stop > 0) for (let place = 0; place < words.length; place++) bits[o + words[place]!]! |= checkpoints[stop * words.length + place]!;
    for (let at = stop * interval; at < count; at++) bits[o + (conditions[at]! >> 5)]! |= 1 << (conditions[at]! & 31);
  }
}
