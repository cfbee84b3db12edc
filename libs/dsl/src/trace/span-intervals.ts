import type { SpanView } from './span-view.js';

/**
 * Numbers the spans of a trace so that two comparisons decide ancestry at any depth. `enter` numbers spans in pre-order; the descendants of a span have the
 * numbers from its own up to its `leave`. The members of a ring of parents descend from each other: they share one number, and all spans attached to the ring
 * are below each of them.
 */
export class SpanIntervals {
  readonly indexOf: ReadonlyMap<SpanView, number>;
  /** By position in the trace. */
  readonly enter: Int32Array;
  readonly leave: Int32Array;
  /** 1 for members of a ring. */
  private readonly isInRing: Uint8Array;
  /** The number of spans with a number below the index. */
  private readonly entered: Int32Array;
  /** How many ancestors each span has. */
  private readonly above: Int32Array;

  constructor(spans: readonly SpanView[], parentOf: (span: SpanView) => SpanView | undefined) {
    const size = spans.length;
    this.indexOf = new Map(spans.map((span, index) => [span, index]));
    this.enter = new Int32Array(size).fill(-1);
    this.leave = new Int32Array(size);
    this.isInRing = new Uint8Array(size);
    this.above = new Int32Array(size);
    const family = new Family(spans, parentOf, this.indexOf);
    let next = 0;
    for (let index = 0; index < size; index++) if (family.parent[index]! < 0) next = this.number([index], next, family);
    // A span that no root reaches is in a ring, or below one.
    for (let index = 0; index < size; index++) if (this.enter[index]! < 0) next = this.number(family.ringAbove(index), next, family);
    this.entered = new Int32Array(next + 1);
    for (const number of this.enter) this.entered[number + 1]!++;
    for (let number = 0; number < next; number++) this.entered[number + 1]! += this.entered[number]!;
  }

  /** The span at `below` descends from the one at `above`; a ring's members also from themselves. */
  isAncestor(above: number, below: number): boolean {
    if (above === below) return this.isInRing[above] === 1;
    return this.enter[above]! <= this.enter[below]! && this.enter[below]! < this.leave[above]!;
  }

  /** The number of descendants of the span at a position, without itself. */
  descendantsOf(index: number): number {
    return this.entered[this.leave[index]!]! - this.entered[this.enter[index]!]! - 1;
  }

  /** The number of its ancestors, without itself. */
  ancestorsOf(index: number): number {
    return this.above[index]!;
  }

  /** Numbers a root, or the members of a ring, and all spans below. */
  private number(tops: readonly number[], first: number, family: Family): number {
    let next = first;
    const isRing = tops.length > 1;
    for (const top of tops) {
      this.enter[top] = first;
      this.above[top] = tops.length - 1;
      if (isRing) this.isInRing[top] = 1;
    }
    next++;
    const way: number[] = [];
    for (const top of tops) {
      way.push(top);
      // Each step goes down to the next child without a number, or up.
      while (way.length > 0) {
        const at = way.at(-1)!;
        const child = family.takeChild(at);
        if (child < 0) {
          this.leave[at] = next;
          way.pop();
        } else if (this.enter[child]! < 0) {
          this.enter[child] = next++;
          this.above[child] = this.above[at]! + 1;
          way.push(child);
        }
      }
    }
    for (const top of tops) this.leave[top] = next;
    return next;
  }
}

/** Parents and children by position. */
class Family {
  readonly parent: Int32Array;
  private readonly firstChild: Int32Array;
  private readonly sibling: Int32Array;

  constructor(spans: readonly SpanView[], parentOf: (span: SpanView) => SpanView | undefined, indexOf: ReadonlyMap<SpanView, number>) {
    const size = spans.length;
    this.parent = new Int32Array(size).fill(-1);
    this.firstChild = new Int32Array(size).fill(-1);
    this.sibling = new Int32Array(size).fill(-1);
    for (let index = size - 1; index >= 0; index--) {
      const parent = parentOf(spans[index]!);
      const at = parent === undefined ? -1 : (indexOf.get(parent) ?? -1);
      this.parent[index] = at;
      if (at < 0) continue;
      this.sibling[index] = this.firstChild[at]!;
      this.firstChild[at] = index;
    }
  }

  /** The next child that was not visited; -1 for none. */
  takeChild(index: number): number {
    const child = this.firstChild[index]!;
    if (child >= 0) this.firstChild[index] = this.sibling[child]!;
    return child;
  }

  /** The members of the ring at the top of a span's ancestors. */
  ringAbove(index: number): readonly number[] {
    const seen = new Set<number>();
    let at = index;
    for (; !seen.has(at); at = this.parent[at]!) seen.add(at);
    const ring = [at];
    for (let member = this.parent[at]!; member !== at; member = this.parent[member]!) ring.push(member);
    return ring;
  }
}
