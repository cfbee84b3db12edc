import type { OrderWindow } from '../ranks/order-constraint.js';
import type { Region } from '../ranks/region.js';
import { END, SERVICE, START, type TraceColumns } from '../ranks/trace-columns.js';
import { BlockColumn } from './block-column.js';
import type { CauseGraph } from './cause-graph.js';
import { BLOCK, CauseWords, WORDS } from './cause-words.js';

/** The required order of a sought span to the span at a position of the trace. */
export interface AskedOrder {
  readonly position: number;
  readonly window: OrderWindow;
}

/** The constraints of one outer span on the candidates of its group. */
export interface AskedSpans {
  readonly orders: readonly AskedOrder[];
  /** Ranges of one value column each, by the numbers of `values`. */
  readonly ranges: readonly Region[];
  /** The number found so far. */
  count: number;
}

/** Candidates by their positions in the trace, and the outer spans that need them. */
export interface AskedGroup {
  readonly members: readonly number[];
  asking: AskedSpans[];
}

/** Cost of propagating a block's words along one edge, or of computing those of one component. The unit is a look at a box. */
export const PASS_VISITS = 5 / 8;

/** Cost of testing a block for one outer span, by this many orders and ranges of values. */
export function askingVisits(parts: number): number {
  return 2 + 4 * parts;
}

/**
 * Counts the pairs of spans in an order, on traces whose spans link to others. Clocks give ranges of ranks. The graph of causes gives bits, of a
 * block of candidates for every outer span at once.
 */
export class LinkedPairs {
  private readonly words: CauseWords;
  private readonly columns: (BlockColumn | undefined)[] = [];
  private services = new Map<number, Int32Array>();
  private members: Int32Array = new Int32Array();
  private readonly found = new Int32Array(WORDS);
  private readonly met = new Int32Array(WORDS);
  private readonly ofOther = new Int32Array(WORDS);
  private readonly serviceOf: Int32Array;
  private readonly bits = new Int32Array(WORDS);
  private static readonly none = new Int32Array(WORDS);

  /**
   * @param areFirst per order: the sought span is the one that is before the other
   * @param values ranks by the position of spans in the trace
   * @param visits the cost of one outer span in each block
   */
  constructor(
    private readonly trace: TraceColumns,
    private readonly graph: CauseGraph,
    private readonly areFirst: readonly boolean[],
    private readonly values: readonly Int32Array[],
    private readonly visits: number,
    private readonly pay: (visits: number) => void,
  ) {
    this.serviceOf = trace.columns[SERVICE]!;
    this.words = new CauseWords(graph, { linked: areFirst.includes(true), linking: areFirst.includes(false) });
  }

  /** Counts for every outer span, until there are more than `max`. */
  count(groups: Iterable<AskedGroup>, max: number): void {
    let members: number[] = [];
    let slots: Slot[] = [];
    const flush = (): void => {
      this.ask(Int32Array.from(members), slots, max);
      members = [];
      slots = [];
    };
    for (const group of groups) {
      for (let at = 0; at < group.members.length && group.asking.length > 0; ) {
        const from = members.length;
        const taken = group.members.slice(at, at + BLOCK - from);
        members.push(...taken);
        at += taken.length;
        slots.push({ group, from, to: members.length });
        if (members.length === BLOCK) flush();
      }
    }
    if (members.length > 0) flush();
  }

  private ask(members: Int32Array, slots: readonly Slot[], max: number): void {
    const asking = slots.reduce((sum, { group }) => sum + group.asking.length, 0);
    this.pay(this.graph.size * PASS_VISITS + asking * this.visits);
    this.words.load(members);
    this.members = members;
    this.columns.length = 0;
    this.services = new Map();
    if (this.trace.services > 1) {
      for (let bit = 0; bit < members.length; bit++) setBit(this.ofService(this.serviceOf[members[bit]!]!), bit);
    }
    for (const { group, from, to } of slots) {
      const own = new Int32Array(WORDS);
      for (let bit = from; bit < to; bit++) setBit(own, bit);
      let isDone = false;
      for (const outer of group.asking) {
        outer.count += this.foundBy(outer, own);
        if (outer.count > max) isDone = true;
      }
      if (isDone) group.asking = group.asking.filter(({ count }) => count <= max);
    }
  }

  /** How many of the block's own spans are found. Without destructuring, because it runs for each outer span and block. */
  private foundBy({ orders, ranges }: AskedSpans, own: Int32Array): number {
    const { found, bits } = this;
    for (let word = 0; word < WORDS; word++) found[word] = own[word]!;
    for (let at = 0; at < orders.length; at++) this.keepOrdered(this.areFirst[at]!, orders[at]!);
    for (let at = 0; at < ranges.length; at++) {
      const range = ranges[at]!.ranges[0]!;
      this.column(VALUES + range.column).between(range.from, range.to, bits);
      const flipped = ranges[at]!.sign > 0 ? 0 : -1;
      for (let word = 0; word < WORDS; word++) found[word]! &= bits[word]! ^ flipped;
    }
    let count = 0;
    for (let word = 0; word < WORDS; word++) if (found[word] !== 0) count += bitCount(found[word]!);
    return count;
  }

  /** Keeps the spans of `found` in this order to the span at a position, as `isBefore` and `isWithin` (span-order.ts) define it. */
  private keepOrdered(isFirst: boolean, { position, window }: AskedOrder): void {
    const { words, found, bits } = this;
    const { same, other } = window;
    const at = this.graph.componentOf[position]! * WORDS;
    const { causes, effects } = words;
    const column = this.column(isFirst ? END : START);
    const service = this.serviceOf[position]!;
    this.inWindow(column, service, same.from, same.to, other.from, other.to);
    let isRelated = 0;
    for (let word = 0; word < WORDS; word++) {
      // Clocks decide for spans that are causes of each other, or unrelated.
      const related = causes[at + word]! ^ effects[at + word]!;
      isRelated |= related;
      found[word]! &= bits[word]! | related;
    }
    if (isRelated !== 0) this.keepRelated(isFirst, position, at, column, service, window);
    const bit = words.bitOf[position]!;
    if (bit >= 0) found[bit >>> 5]! &= ~(1 << bit);
  }

  /** Of its causes or effects, those that the structure puts in order. */
  private keepRelated(
    isFirst: boolean,
    position: number,
    at: number,
    column: BlockColumn,
    service: number,
    { same, other, meeting }: OrderWindow,
  ): void {
    const { words, found, bits, met } = this;
    if (isFirst) {
      column.between(FIRST_RANK, meeting, met);
      this.inWindow(column, service, same.from, LAST_RANK, other.from, LAST_RANK);
    } else {
      column.between(meeting, LAST_RANK, met);
      this.inWindow(column, service, FIRST_RANK, same.to, FIRST_RANK, other.to);
    }
    // Those that the later span depends on, if the earlier ones are sought; otherwise those that depend on it.
    const builds = isFirst ? words.causes : words.effects;
    const contrary = isFirst ? words.effects : words.causes;
    const linked = isFirst ? words.linked : words.linking;
    const linkedAt = isFirst ? at : position * WORDS;
    for (let word = 0; word < WORDS; word++) {
      const before = builds[at + word]! & (linked[linkedAt + word]! | met[word]!) & bits[word]!;
      found[word]! &= ~(builds[at + word]! ^ contrary[at + word]!) | before;
    }
  }

  /** Those whose time is between two ranks: of a service, and of others. */
  private inWindow(column: BlockColumn, service: number, from: number, to: number, fromOther: number, toOther: number): void {
    const { bits, ofOther } = this;
    column.between(from, to, bits);
    if (this.trace.services === 1 || (from === fromOther && to === toOther)) return;
    const same = this.services.get(service) ?? LinkedPairs.none;
    column.between(fromOther, toOther, ofOther);
    for (let word = 0; word < WORDS; word++) bits[word] = (bits[word]! & same[word]!) | (ofOther[word]! & ~same[word]!);
  }

  private column(number: number): BlockColumn {
    let column = this.columns[number];
    if (column === undefined) {
      const ranks = number < VALUES ? this.trace.columns[number]! : this.values[number - VALUES]!;
      this.columns[number] = column = new BlockColumn(Int32Array.from(this.members, (position) => ranks[position]!));
    }
    return column;
  }

  private ofService(service: number): Int32Array {
    let words = this.services.get(service);
    if (words === undefined) this.services.set(service, (words = new Int32Array(WORDS)));
    return words;
  }
}

/** The block's candidates of a group: the bits from one up to another. */
interface Slot {
  readonly group: AskedGroup;
  readonly from: number;
  readonly to: number;
}

/** Columns of values follow those of the trace. */
const VALUES = 8;
const FIRST_RANK = 0;
const LAST_RANK = 2 ** 31 - 2;

function setBit(words: Int32Array, bit: number): void {
  words[bit >>> 5]! |= 1 << bit;
}

function bitCount(bits: number): number {
  let left = bits - ((bits >>> 1) & 0x5555_5555);
  left = (left & 0x3333_3333) + ((left >>> 2) & 0x3333_3333);
  return Math.imul((left + (left >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
