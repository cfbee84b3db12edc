import { ACCEPTED, OUTCOMES, OWN, REJECTIONS, type RejectionReason } from '../wire/rejection.js';

/** The places of a request's spans, as `scan` found them: offsets in `bytes`, no object per span. A scan into the same index overwrites it. */
export class RequestIndex {
  bytes: Uint8Array = new Uint8Array(0);

  /** Spans in the request; they are numbered in order. */
  spans = 0;
  /** Per span: the start of its field (tag), the start of its message, and the end of both. */
  tagAt = new Int32Array(256);
  bodyAt = new Int32Array(256);
  endAt = new Int32Array(256);
  /** Per span: the offset of its trace id; meaningless when that id is invalid. */
  traceIdAt = new Int32Array(256);
  /** Per span: the number of the ScopeSpans message that holds it. */
  scopeOf = new Int32Array(256);
  /** Per span: ACCEPTED, OWN or why it is rejected. */
  outcome = new Uint8Array(256);

  /** ScopeSpans messages: the start of field and message, their end, and their ResourceSpans message. */
  readonly scopeTagAt: number[] = [];
  readonly scopeBodyAt: number[] = [];
  readonly scopeEndAt: number[] = [];
  readonly resourceOf: number[] = [];

  /** ResourceSpans messages: start and end. */
  readonly resourceBodyAt: number[] = [];
  readonly resourceEndAt: number[] = [];

  /** A ResourceSpans message has spans in field 1000, as OTLP before 0.15 put them: they are not read. */
  legacy = false;

  /** Spans per outcome. */
  readonly counts = new Uint32Array(OUTCOMES);

  /** The number of spans that go to the log. */
  get accepted(): number {
    return this.counts[ACCEPTED]!;
  }

  /** BeTrace's own spans, which are not evaluated. */
  get own(): number {
    return this.counts[OWN]!;
  }

  get rejected(): number {
    return this.spans - this.accepted - this.own;
  }

  /** Why spans were rejected: each reason that occurred, with the number of spans. */
  rejections(): { readonly reason: RejectionReason; readonly spans: number; readonly sentence: string }[] {
    return REJECTIONS.flatMap(({ outcome, reason, sentence }) => {
      const spans = this.counts[outcome]!;
      return spans === 0 ? [] : [{ reason, spans, sentence }];
    });
  }

  /** Changes the outcome of a span. */
  judge(span: number, outcome: number): void {
    this.counts[this.outcome[span]!]! -= 1;
    this.outcome[span] = outcome;
    this.counts[outcome]! += 1;
  }

  /** Clears the index. */
  reset(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.spans = 0;
    this.legacy = false;
    this.scopeTagAt.length = 0;
    this.scopeBodyAt.length = 0;
    this.scopeEndAt.length = 0;
    this.resourceOf.length = 0;
    this.resourceBodyAt.length = 0;
    this.resourceEndAt.length = 0;
    this.counts.fill(0);
  }

  /** Doubles the room for spans. */
  grow(): void {
    this.tagAt = doubled(this.tagAt);
    this.bodyAt = doubled(this.bodyAt);
    this.endAt = doubled(this.endAt);
    this.traceIdAt = doubled(this.traceIdAt);
    this.scopeOf = doubled(this.scopeOf);
    const outcome = new Uint8Array(2 * this.outcome.length);
    outcome.set(this.outcome);
    this.outcome = outcome;
  }
}

function doubled(old: Int32Array): Int32Array<ArrayBuffer> {
  const array = new Int32Array(2 * old.length);
  array.set(old);
  return array;
}
