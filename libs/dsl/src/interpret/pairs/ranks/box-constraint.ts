import { ALL, type Box, type ColumnConstraint, NONE, SOME } from './span-tree.js';
import { END, ENTER, LEAVE, SERVICE, START, type TraceColumns } from './trace-columns.js';

/** The minimum and maximum of the trace's columns among the outer spans of a box. */
export interface OuterBox {
  low(column: number): number;
  high(column: number): number;
}

export function outerBox({ lows, highs, at }: Box): OuterBox {
  return { low: (column) => lows[at + column]!, high: (column) => highs[at + column]! };
}

/** Spans that are certainly before all outer ones of a box, or after them: a subset. */
export class BeforeAll implements ColumnConstraint {
  private readonly time: number;
  /** The time at which all outer ones have ended, or none has started; also for spans of other services. */
  private readonly bound: number;
  private readonly boundOfOthers: number;
  private readonly enter: readonly [number, number];
  private readonly leave: number;
  private readonly services: readonly [number, number];

  constructor(
    trace: TraceColumns,
    box: OuterBox,
    private readonly isFirst: boolean,
    tolerance: number | bigint,
  ) {
    this.time = isFirst ? END : START;
    this.bound = isFirst ? box.low(START) : box.high(END);
    this.enter = [box.low(ENTER), box.high(ENTER)];
    this.leave = box.high(LEAVE);
    this.services = [box.low(SERVICE), box.high(SERVICE)];
    this.boundOfOthers = this.bound;
    if (trace.services === 1 || tolerance <= 0) return;
    const slack = BigInt(Math.floor(Number(tolerance)));
    const time = trace.timeOf(this.bound);
    this.boundOfOthers = isFirst ? trace.rankFrom(time + slack + 1n) - 1 : trace.rankFrom(time - slack);
  }

  ofBox({ lows, highs, at }: Box): typeof NONE | typeof SOME | typeof ALL {
    const low = lows[at + this.time]!;
    const high = highs[at + this.time]!;
    if (this.isFirst ? low > this.boundOfOthers : high < this.boundOfOthers) return NONE;
    const first = lows[at + ENTER]!;
    const last = highs[at + ENTER]!;
    const leave = highs[at + LEAVE]!;
    const mayBeApart = last >= this.leave || lows[at + LEAVE]! <= this.enter[0];
    if (!mayBeApart && (this.isFirst ? first >= this.enter[0] : last <= this.enter[1])) return NONE;
    // Unrelated to all of them; or, if related, in the order that is possible.
    const isApart = first >= this.leave || leave <= this.enter[0];
    const isAbove = last < this.enter[0];
    const isBelow = first > this.enter[1];
    const isTimely = this.isFirst ? high <= this.bound : low >= this.bound;
    if (isTimely && (isApart || (this.isFirst ? isAbove : isBelow))) return ALL;
    const isTimelyForOthers = this.isFirst ? high <= this.boundOfOthers : low >= this.boundOfOthers;
    const areOthers = highs[at + SERVICE]! < this.services[0] || lows[at + SERVICE]! > this.services[1];
    return isApart && areOthers && isTimelyForOthers ? ALL : SOME;
  }

  ofPoint(columns: readonly Int32Array[], position: number): boolean {
    const time = columns[this.time]![position]!;
    const enter = columns[ENTER]![position]!;
    const isApart = enter >= this.leave || columns[LEAVE]![position]! <= this.enter[0];
    const isTimely = this.isFirst ? time <= this.bound : time >= this.bound;
    if (isTimely) return isApart || (this.isFirst ? enter < this.enter[0] : enter > this.enter[1]);
    if (!isApart || (this.isFirst ? time > this.boundOfOthers : time < this.boundOfOthers)) return false;
    const service = columns[SERVICE]![position]!;
    return service < this.services[0] || service > this.services[1];
  }
}

/** The column is between two ranks. */
export class Between implements ColumnConstraint {
  constructor(
    protected readonly column: number,
    protected readonly from: number,
    protected readonly to: number,
  ) {}

  ofBox({ lows, highs, at }: Box): typeof NONE | typeof SOME | typeof ALL {
    const low = lows[at + this.column]!;
    const high = highs[at + this.column]!;
    if (high < this.from || low > this.to) return NONE;
    return low >= this.from && high <= this.to ? ALL : SOME;
  }

  ofPoint(columns: readonly Int32Array[], position: number): boolean {
    const rank = columns[this.column]![position]!;
    return rank >= this.from && rank <= this.to;
  }
}

const LAST_RANK = 2 ** 31 - 2;

/** A superset of the spans that are before some outer one of a box, or after one. */
export function beforeSome(columns: TraceColumns, box: OuterBox, isFirst: boolean, tolerance: number | bigint): ColumnConstraint {
  const slack = columns.services === 1 || tolerance <= 0 ? 0n : BigInt(Math.ceil(Number(tolerance)));
  if (isFirst) {
    const last = box.high(START);
    return new Between(END, 0, slack === 0n ? last : columns.rankFrom(columns.timeOf(last) + slack + 1n) - 1);
  }
  const first = box.low(END);
  return new Between(START, slack === 0n ? first : columns.rankFrom(columns.timeOf(first) - slack), LAST_RANK);
}

/** Spans that may be below some outer one of a box. */
export function belowSome(box: OuterBox): ColumnConstraint {
  return new Between(ENTER, box.low(ENTER), box.high(LEAVE) - 1);
}
