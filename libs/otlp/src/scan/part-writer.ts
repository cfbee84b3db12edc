import { varintSize, writeVarint } from '../wire/varint.js';
import type { RequestIndex } from './request-index.js';

/** Maximum bytes of the tag and length of a nested message. */
const FRAME = 6;

/** Writes some spans of a scanned request, with their resources and scopes, as a request of their own. */
export class PartWriter {
  /** Fields of ResourceSpans other than scope_spans, and of ScopeSpans other than spans, as pairs of offsets: copied to each part. */
  private readonly resourceRanges: number[][];
  private readonly scopeRanges: number[][];
  private readonly resourceSize: number[];
  private readonly scopeSize: number[];
  private readonly bodies = { resources: [] as number[], scopes: [] as number[] };

  /** `order`: spans by number; parts are ranges of it. */
  constructor(
    private readonly index: RequestIndex,
    private readonly order: Int32Array,
  ) {
    const { scopeTagAt, scopeBodyAt, scopeEndAt, resourceOf, resourceBodyAt, resourceEndAt } = index;
    this.resourceRanges = rangesBetween(resourceBodyAt, resourceEndAt, scopeTagAt, scopeEndAt, resourceOf, scopeTagAt.length);
    this.scopeRanges = rangesBetween(scopeBodyAt, scopeEndAt, index.tagAt, index.endAt, index.scopeOf, index.spans);
    this.resourceSize = this.resourceRanges.map(sizeOf);
    this.scopeSize = this.scopeRanges.map(sizeOf);
  }

  /** The end of the spans from `from` (before `end`) that fit into `maxBytes`; `from` itself when none does. */
  take(from: number, end: number, maxBytes: number): number {
    const { tagAt, endAt, scopeOf, resourceOf } = this.index;
    let size = 0;
    let scope = -1;
    let resource = -1;
    for (let i = from; i < end; i++) {
      const span = this.order[i]!;
      if (scopeOf[span] !== scope) {
        scope = scopeOf[span]!;
        size += this.scopeSize[scope]! + FRAME;
        if (resourceOf[scope] !== resource) {
          resource = resourceOf[scope]!;
          size += this.resourceSize[resource]! + FRAME;
        }
      }
      size += endAt[span]! - tagAt[span]!;
      if (size > maxBytes) return i;
    }
    return end;
  }

  /** The request that holds the spans `order[from..to)`. */
  write(from: number, to: number): Uint8Array {
    // Not zeroed first, since every byte is written.
    const out = new Uint8Array(Buffer.allocUnsafeSlow(this.measure(from, to)).buffer);
    const { bytes, tagAt, endAt, scopeOf, resourceOf } = this.index;
    const { order } = this;
    const { resources, scopes } = this.bodies;
    let at = 0;
    let scope = -1;
    let resource = -1;
    let nextScope = 0;
    let nextResource = 0;
    for (let i = from; i < to; ) {
      const span = order[i]!;
      if (scopeOf[span] !== scope) {
        scope = scopeOf[span]!;
        if (resourceOf[scope] !== resource) {
          resource = resourceOf[scope]!;
          out[at++] = 0x0a; // resource_spans
          at = copyRanges(bytes, this.resourceRanges[resource]!, out, writeVarint(out, at, resources[nextResource++]!));
        }
        out[at++] = 0x12; // scope_spans
        at = copyRanges(bytes, this.scopeRanges[scope]!, out, writeVarint(out, at, scopes[nextScope++]!));
      }
      // Spans that were adjacent in the request are copied at once.
      const start = tagAt[span]!;
      let stop = endAt[span]!;
      for (i++; i < to && tagAt[order[i]!] === stop && scopeOf[order[i]!] === scope; i++) stop = endAt[order[i]!]!;
      at = copy(bytes, start, stop, out, at);
    }
    return out;
  }

  /** Computes the sizes of the messages that will be written, in their order, and returns the size of the whole. */
  private measure(from: number, to: number): number {
    const { tagAt, endAt, scopeOf, resourceOf } = this.index;
    const { resources, scopes } = this.bodies;
    resources.length = 0;
    scopes.length = 0;
    let total = 0;
    let resourceBody = 0;
    for (let i = from; i < to; ) {
      const scope = scopeOf[this.order[i]!]!;
      const resource = resourceOf[scope]!;
      let scopeBody = this.scopeSize[scope]!;
      for (; i < to && scopeOf[this.order[i]!] === scope; i++) scopeBody += endAt[this.order[i]!]! - tagAt[this.order[i]!]!;
      scopes.push(scopeBody);
      resourceBody += 1 + varintSize(scopeBody) + scopeBody;
      if (i === to || resourceOf[scopeOf[this.order[i]!]!] !== resource) {
        resourceBody += this.resourceSize[resource]!;
        resources.push(resourceBody);
        total += 1 + varintSize(resourceBody) + resourceBody;
        resourceBody = 0;
      }
    }
    return total;
  }
}

/** By outer message: the ranges that its inner messages do not cover, as flat pairs. */
function rangesBetween(
  outerStart: ArrayLike<number>,
  outerEnd: ArrayLike<number>,
  innerStart: ArrayLike<number>,
  innerEnd: ArrayLike<number>,
  outerOf: ArrayLike<number>,
  inners: number,
): number[][] {
  const ranges: number[][] = [];
  let inner = 0;
  for (let outer = 0; outer < outerStart.length; outer++) {
    const between: number[] = [];
    let at = outerStart[outer]!;
    for (; inner < inners && outerOf[inner] === outer; inner++) {
      if (innerStart[inner]! > at) between.push(at, innerStart[inner]!);
      at = innerEnd[inner]!;
    }
    if (outerEnd[outer]! > at) between.push(at, outerEnd[outer]!);
    ranges.push(between);
  }
  return ranges;
}

function sizeOf(ranges: readonly number[]): number {
  let size = 0;
  for (let i = 0; i < ranges.length; i += 2) size += ranges[i + 1]! - ranges[i]!;
  return size;
}

function copyRanges(from: Uint8Array, ranges: readonly number[], to: Uint8Array, at: number): number {
  let position = at;
  for (let i = 0; i < ranges.length; i += 2) position = copy(from, ranges[i]!, ranges[i + 1]!, to, position);
  return position;
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  to.set(from.subarray(start, end), at);
  return at + end - start;
}
