import type { Region } from './region.js';
import { ALL, type Box, type ColumnConstraint, NONE, SOME } from './span-tree.js';
import { END, ENTER, INDEX, LEAVE, SERVICE, START, type TraceColumns } from './trace-columns.js';

/** The required order of two spans, as in `isBefore` and `isWithin` (span-order.ts). */
export interface SpanOrder {
  /** The sought span is the one that is before the other. */
  readonly isFirst: boolean;
  readonly tolerance: number | bigint;
  /** The maximal distance in nanoseconds. */
  readonly within: number | bigint | undefined;
}

/** The spans before the outer one, or after it. Undefined where columns cannot decide: for an outer span with causes by links, or times that are not numbers. */
export function orderConstraint(columns: TraceColumns, outer: number | undefined, order: SpanOrder): ColumnConstraint | undefined {
  if (outer === undefined || columns.isLinked(outer)) return undefined;
  const window = windowOf(columns, outer, order);
  return window && new OrderConstraint(columns, outer, order.isFirst, window);
}

/** The ranks of the sought span's time: in the same service as the outer one, and in another. */
export interface OrderWindow {
  readonly same: Ranks;
  readonly other: Ranks;
  /** The rank at which the one ends when the other starts. */
  readonly meeting: number;
}

interface Ranks {
  readonly from: number;
  readonly to: number;
}

const FIRST_RANK = 0;
const LAST_RANK = 2 ** 31 - 2;

/** Undefined where columns cannot decide: for times that are not numbers. */
export function windowOf(columns: TraceColumns, outer: number, { isFirst, tolerance, within }: SpanOrder): OrderWindow | undefined {
  const meeting = columns.columns[isFirst ? START : END]![outer]!;
  const slack = floor(tolerance);
  const reach = within === undefined ? undefined : floor(within);
  const reachOfOther = within === undefined ? undefined : floor(Number(within) + Number(tolerance));
  if (slack === undefined || (within !== undefined && (reach === undefined || reachOfOther === undefined))) return undefined;
  const ranks = (allowed: bigint, max: bigint | undefined): Ranks => {
    const time = columns.timeOf(meeting);
    if (isFirst) {
      const to = allowed === 0n ? meeting : columns.rankFrom(time + allowed + 1n) - 1;
      return { from: max === undefined ? FIRST_RANK : columns.rankFrom(time - max), to };
    }
    const from = allowed === 0n ? meeting : columns.rankFrom(time - allowed);
    return { from, to: max === undefined ? LAST_RANK : columns.rankFrom(time + max + 1n) - 1 };
  };
  const same = ranks(0n, reach);
  const other = columns.services === 1 ? same : ranks(slack, reachOfOther);
  return { same, other, meeting };
}

/** Undefined for a value that is not a finite number. */
function floor(value: number | bigint): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return Number.isFinite(value) ? BigInt(Math.floor(value)) : undefined;
}

class OrderConstraint implements ColumnConstraint {
  private readonly time: number;
  private readonly enter: number;
  private readonly leave: number;
  private readonly service: number;
  private readonly from: number;
  private readonly to: number;

  constructor(
    private readonly trace: TraceColumns,
    private readonly outer: number,
    private readonly isFirst: boolean,
    private readonly window: OrderWindow,
  ) {
    const { columns } = trace;
    this.time = isFirst ? END : START;
    this.enter = columns[ENTER]![outer]!;
    this.leave = columns[LEAVE]![outer]!;
    this.service = columns[SERVICE]![outer]!;
    // An ancestor is before its descendant if it had ended, by the clocks as they are.
    const { same, other, meeting } = window;
    this.from = Math.min(same.from, other.from, isFirst ? same.from : meeting);
    this.to = Math.max(same.to, other.to, isFirst ? meeting : same.to);
  }

  ofBox({ lows, highs, at }: Box): typeof NONE | typeof SOME | typeof ALL {
    const low = lows[at + this.time]!;
    const high = highs[at + this.time]!;
    if (high < this.from || low > this.to) return NONE;
    const firstService = lows[at + SERVICE]!;
    const lastService = highs[at + SERVICE]!;
    const { same, other } = this.window;
    const isSame = firstService === lastService && firstService === this.service;
    const isOther = this.service < firstService || this.service > lastService;
    const firstEnter = lows[at + ENTER]!;
    const lastEnter = highs[at + ENTER]!;
    const firstLeave = lows[at + LEAVE]!;
    const lastLeave = highs[at + LEAVE]!;
    const areAncestors = lastEnter < this.enter && firstLeave > this.enter;
    const noAncestors = firstEnter > this.enter || lastLeave <= this.enter;
    const areDescendants = firstEnter > this.enter && lastEnter < this.leave;
    const noDescendants = lastEnter < this.enter || firstEnter >= this.leave;
    // The span that must come first is never an ancestor of one before it.
    if (this.isFirst ? areDescendants : areAncestors) return NONE;
    // An ancestor must have ended before its descendant starts, by the clocks as they are.
    const { meeting } = this.window;
    if (this.isFirst ? areAncestors && low > meeting : areDescendants && high < meeting) return NONE;
    if (isSame && (high < same.from || low > same.to)) return NONE;
    const mayBeBelow = this.isFirst ? !noAncestors : !noDescendants;
    if (isOther && !mayBeBelow && (high < other.from || low > other.to)) return NONE;
    if (this.isFirst ? !noDescendants : !noAncestors) return SOME;
    const isWithin = (isOther || (low >= same.from && high <= same.to)) && (isSame || (low >= other.from && high <= other.to));
    if (!isWithin) return SOME;
    const hasMet = this.isFirst ? high <= meeting : low >= meeting;
    return hasMet || !mayBeBelow ? ALL : SOME;
  }

  ofPoint(columns: readonly Int32Array[], position: number): boolean {
    const enter = columns[ENTER]![position]!;
    const time = columns[this.time]![position]!;
    const isAbove = enter <= this.enter && this.enter < columns[LEAVE]![position]!;
    const isBelow = this.enter <= enter && enter < this.leave;
    // The outer span itself, or one of its ring; only the trace can decide which.
    if (isAbove && isBelow) return this.isOther(columns, position) && this.isInWindow(columns, position, time);
    if (this.isFirst ? isBelow : isAbove) return false;
    const { meeting } = this.window;
    if (this.isFirst ? isAbove : isBelow) {
      return (this.isFirst ? time <= meeting : time >= meeting) && this.isWithin(columns, position, time);
    }
    return this.isInWindow(columns, position, time);
  }

  /** All spans as if of another service, corrected for spans of the outer one's own service. The outer span is excluded, since it is never before itself. */
  regions(): readonly Region[] {
    const { same, other, meeting } = this.window;
    if (this.trace.services === 1) return this.inWindow(same);
    const from = Math.min(same.from, other.from);
    const to = Math.max(same.to, other.to);
    const isAligned = this.isFirst ? same.from === other.from && same.to === meeting : same.to === other.to && same.from === meeting;
    if (!isAligned)
      return [...this.inWindow(other), ...this.ofOwnService(this.inWindow(other), -1), ...this.ofOwnService(this.inWindow(same), 1)];
    // The windows differ at one end: only unrelated spans between matter.
    const between = this.isFirst ? { from: Math.min(same.to, other.to) + 1, to } : { from, to: Math.max(same.from, other.from) - 1 };
    const isMore = this.isFirst ? other.to > same.to : other.from < same.from;
    return [...this.inWindow(other), ...this.ofOwnService(this.unrelated(between), isMore ? -1 : 1)];
  }

  private ofOwnService(regions: readonly Region[], sign: 1 | -1): readonly Region[] {
    return regions.map((region) => ({ ...region, sign: region.sign === sign ? 1 : -1, service: this.service }));
  }

  /** Unrelated spans in the window; and ancestors that had ended by its start (or descendants that start after its end), by the clocks as they are. */
  private inWindow({ from, to }: Ranks): readonly Region[] {
    const { meeting } = this.window;
    const [first, second, related] = this.isFirst
      ? [{ from: Math.max(from, meeting + 1), to }, { from: Math.max(from, to + 1), to: meeting }, this.above()]
      : [{ from, to: Math.min(to, meeting - 1) }, { from: meeting, to: Math.min(to, from - 1) }, this.below()];
    return [
      ...this.timed({ from, to }, [this.everySpan(), ...negated(this.isFirst ? this.below() : this.above()), this.itself()]),
      ...this.timed(first, negated(related)),
      ...this.timed(second, related),
    ];
  }

  private unrelated(window: Ranks): readonly Region[] {
    return this.timed(window, [this.everySpan(), ...negated(this.below()), ...negated(this.above()), this.itself()]);
  }

  private timed(window: Ranks, regions: readonly Region[]): readonly Region[] {
    if (window.from > window.to) return [];
    const time = { column: this.time, from: window.from, to: window.to };
    return regions.map((region) => ({ ...region, ranges: [...region.ranges, time] }));
  }

  private everySpan(): Region {
    return { sign: 1, ranges: [] };
  }

  private itself(): Region {
    return { sign: -1, ranges: [], only: this.outer };
  }

  /** Members of its ring share its number: they are both ancestors and descendants, and count as unrelated. */
  private below(): readonly Region[] {
    return this.enter + 1 < this.leave ? [{ sign: 1, ranges: [{ column: ENTER, from: this.enter + 1, to: this.leave - 1 }] }] : [];
  }

  private above(): readonly Region[] {
    if (this.enter === 0) return [];
    return [
      { sign: 1, ranges: [{ column: ENTER, from: FIRST_RANK, to: this.enter - 1 }] },
      { sign: -1, ranges: [{ column: LEAVE, from: FIRST_RANK, to: this.enter }] },
    ];
  }

  private isOther(columns: readonly Int32Array[], position: number): boolean {
    return columns[INDEX]![position] !== this.outer;
  }

  private isInWindow(columns: readonly Int32Array[], position: number, time: number): boolean {
    const { from, to } = columns[SERVICE]![position] === this.service ? this.window.same : this.window.other;
    return time >= from && time <= to;
  }

  /** Not too far apart. */
  private isWithin(columns: readonly Int32Array[], position: number, time: number): boolean {
    const { from, to } = columns[SERVICE]![position] === this.service ? this.window.same : this.window.other;
    return this.isFirst ? time >= from : time <= to;
  }
}

function negated(regions: readonly Region[]): readonly Region[] {
  return regions.map(({ sign, ...region }) => ({ ...region, sign: sign === 1 ? -1 : 1 }));
}

/** The spans below a span, or above it, without itself. */
export class RelativesConstraint implements ColumnConstraint {
  private readonly enter: number;
  private readonly leave: number;

  constructor(
    { columns }: TraceColumns,
    private readonly of: number,
    private readonly axis: 'descendants' | 'ancestors',
  ) {
    this.enter = columns[ENTER]![of]!;
    this.leave = columns[LEAVE]![of]!;
  }

  ofBox({ lows, highs, at }: Box): typeof NONE | typeof SOME | typeof ALL {
    const first = lows[at + ENTER]!;
    const last = highs[at + ENTER]!;
    if (this.axis === 'descendants') {
      if (last < this.enter || first >= this.leave) return NONE;
      return first > this.enter && last < this.leave ? ALL : SOME;
    }
    if (first > this.enter || highs[at + LEAVE]! <= this.enter) return NONE;
    return last < this.enter && lows[at + LEAVE]! > this.enter ? ALL : SOME;
  }

  ofPoint(columns: readonly Int32Array[], position: number): boolean {
    const enter = columns[ENTER]![position]!;
    if (columns[INDEX]![position] === this.of) return false;
    if (this.axis === 'descendants') return enter >= this.enter && enter < this.leave;
    return enter <= this.enter && this.enter < columns[LEAVE]![position]!;
  }

  regions(): readonly Region[] {
    const { enter, leave, of } = this;
    const itself: Region = { sign: -1, ranges: [], only: of };
    if (this.axis === 'descendants') return [{ sign: 1, ranges: [{ column: ENTER, from: enter, to: leave - 1 }] }, itself];
    // A span that was left by then was entered before.
    return [
      { sign: 1, ranges: [{ column: ENTER, from: FIRST_RANK, to: enter }] },
      { sign: -1, ranges: [{ column: LEAVE, from: FIRST_RANK, to: enter }] },
      itself,
    ];
  }
}
