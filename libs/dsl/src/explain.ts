import type { ShownValue } from './explain/json-value.js';
import type { SpanView, TraceView } from './span-view.js';

/** A span named as a witness. */
export interface SpanReference {
  readonly span_id: string;
  readonly name?: string;
  readonly service?: string;
}

/**
 * Why a rule matched or did not: one structure in the REST API, the command line and the stored (and signed) violation, so
 * its property names are JSON's.
 */
export interface Explanation {
  /** One sentence: `1 of 3 spans satisfies span.name == "charge"; none satisfies span.name == "audit.log"`. */
  readonly summary: string;
  readonly conditions: readonly ConditionOutcome[];
}

/** One sub-condition and what came of it. */
export interface ConditionOutcome {
  readonly condition: string;
  /** The value of the sub-condition: for a trace function its result. `null` stands for nil. */
  readonly value: ShownValue;
  /** For a condition over the spans of a trace: how many satisfied it, of how many; or a lower bound (`at_least`). */
  readonly matched?: number;
  readonly at_least?: boolean;
  readonly of?: number;
  readonly witnesses?: readonly SpanReference[];
  /** The values read, by the text that reads them (`span.duration` → 2000000000): shown to people, what JSON has not as text. */
  readonly observed?: Readonly<Record<string, ShownValue>>;
  readonly error?: string;
}

/** What the engine remembers when a rule is explained. */
export interface Evidence {
  /** The subject span (span rules). */
  readonly span?: SpanView;
  /** Per atom index: how many spans fed it (1 stands for "at least one" with kind has) and the first of them. */
  atom(index: number): { readonly count: number; readonly witnesses: readonly SpanReference[] };
  readonly spanCount: number;
  /** Last end minus first start, nanoseconds; and the trace's id: for online rules that read them. */
  readonly duration?: number | bigint;
  readonly traceId?: string;
  /** The trace, where the rule buffers its spans; without it they are taken for a trace that is not complete. */
  readonly trace?: TraceView;
  /** The spans, where the rule buffers them: all on which something that the rule asks of a span holds, at least. */
  readonly spans?: readonly SpanView[];
  /** Subject span rules of kind online: the condition bits kept for it. */
  readonly spanBits?: number;
}
