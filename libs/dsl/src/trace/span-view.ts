import type { Value, ValueMap } from '../values/value.js';

/**
 * A span as rules see it, one property per name of the vocabulary. The engine implements it over the projected columns it
 * buffered, tests over plain objects; the interpreter, the sandbox and the compiled whole-trace rules read nothing else.
 */
export interface SpanView {
  /** The id as the user gave it, else 16 lower-case hex digits. */
  readonly id: string;
  /** '' for a root span. */
  readonly parentId: string;
  /** The ids on the wire (hex), by which spans find each other; absent: the ids above. */
  readonly wireId?: string;
  /** Distinguishes contents with the same id and times, as a doubled number; the last criterion of the span order. */
  readonly form?: number;
  /** Everything except ids and times, as text: where whole spans are kept. */
  readonly content?: string;
  readonly wireParentId?: string;
  readonly wireTraceId?: string;
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  /** `unset`, `ok` or `error`. */
  readonly status: string;
  readonly statusMessage: string;
  /** `unspecified`, `internal`, `server`, `client`, `producer` or `consumer`. */
  readonly kind: string;
  /** Nanoseconds since the Unix epoch, all 64 bits: number when safe, else bigint. */
  readonly startTime: number | bigint;
  readonly endTime: number | bigint;
  /** Nanoseconds: end minus start; may be negative by the clocks. */
  readonly duration: number | bigint;
  readonly isRoot: boolean;
  /** nil when absent. */
  attribute(key: string): Value;
  resourceAttribute(key: string): Value;
  /** All attributes; only for rules of the kind `spans`. */
  readonly attributes: ValueMap;
  readonly resource: ValueMap;
  readonly events: readonly EventView[];
  readonly links: readonly LinkView[];
  readonly scope: { readonly name: string; readonly version: string };
}

export interface EventView {
  readonly name: string;
  readonly time: number | bigint;
  readonly attributes: ValueMap;
}

export interface LinkView {
  /** The ids as the user gave them, else hex. */
  readonly traceId: string;
  readonly spanId: string;
  /** The ids on the wire; absent: the ids above. */
  readonly wireTraceId?: string;
  readonly wireSpanId?: string;
  readonly attributes: ValueMap;
}

/** A whole trace; the engine passes its spans by start (`span-rank.ts`), independent of arrival. */
export interface TraceView {
  readonly id: string;
  readonly spans: readonly SpanView[];
  /** The root and every span's parent were seen. */
  readonly complete: boolean;
  /** Nanoseconds by which clocks of different services may differ; default: DEFAULT_TOLERANCE. */
  readonly tolerance?: number;
}
