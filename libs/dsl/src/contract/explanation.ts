import type { SpanView, TraceView } from '../trace/span-view.js';
import type { ShownValue } from '../values/json-value.js';
import type { ExplanationKind, ExplanationOutcome } from './explanation-terms.js';

/** A span named as a witness. */
export interface SpanReference {
  readonly span_id: string;
  readonly name?: string;
  readonly service?: string;
}

/**
 * Why a rule matched or did not: one structure in the REST API, the command line and the stored (and signed) violation, so
 * its property names are JSON's. Its size is bounded (explanation-size.ts).
 */
export interface Explanation {
  /** One sentence: `1 of 3 spans satisfies span.name == "charge"; none satisfies span.name == "audit.log"`. */
  readonly summary: string;
  /** The parts of the rule that were evaluated, in a list. */
  readonly conditions: readonly ConditionOutcome[];
  /** The number of omitted parts, where the list would be too long. */
  readonly omitted?: number;
  /**
   * The rule as a tree. Absent where no particular span or trace was judged: in a record that counts others, or for a span rule that is undecided about a
   * trace.
   */
  readonly tree?: ExplanationNode;
}

/** One sub-condition and its result. */
export interface ConditionOutcome {
  readonly condition: string;
  /** The value of the sub-condition: for a trace function its result. `null` stands for nil. */
  readonly value: ShownValue;
  /** For a condition over the spans of a trace: how many satisfied it, of how many; or a lower bound (`at_least`). */
  readonly matched?: number;
  readonly at_least?: boolean;
  readonly of?: number;
  readonly witnesses?: readonly SpanReference[];
  /** The values read, by the text that reads them (`span.duration` → 2000000000). For people: values that JSON lacks become texts. */
  readonly observed?: Readonly<Record<string, ShownValue>>;
  readonly error?: string;
}

/** A part of a rule, its result, and its own parts: a screen can mark them in the rule's text. */
export interface ExplanationNode {
  readonly range: TextRange;
  readonly kind: ExplanationKind;
  readonly outcome: ExplanationOutcome;
  /** For people, in one line. For `and`, `or` and `not` the children have the sentences. */
  readonly sentence?: string;
  /** The value, where it says more than the outcome: the number of `trace.count(c)`. */
  readonly value?: ShownValue;
  /** The values read, by the text that reads them. */
  readonly values?: Readonly<Record<string, ShownValue>>;
  /** The id of the span on which it was evaluated: the subject of a span rule, or the span that a function over spans tests. */
  readonly span?: string;
  /** The number of spans that satisfy its condition (or are in its relation), and of how many; `at_least` if they were not all counted. */
  readonly count?: number;
  readonly at_least?: boolean;
  readonly of?: number;
  /** Ids of the spans that decide it: for `all` those that do not satisfy it. */
  readonly witnesses?: readonly string[];
  /** The number of further such spans. */
  readonly more_witnesses?: number;
  readonly error?: string;
  /** In the order of the text. */
  readonly children?: readonly ExplanationNode[];
  /** The number of omitted children, where the explanation would be too large. */
  readonly omitted?: number;
}

/** A range of the rule's text: UTF-16 offsets, `end` excluded; lines and columns count from 1. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** The engine's state when a rule is explained. */
export interface Evidence {
  /** The subject span (span rules). */
  readonly span?: SpanView;
  /** By atom index: how many spans fed it, and the first of them, at most fifty. */
  atom(index: number): {
    readonly count: number;
    readonly witnesses: readonly SpanReference[];
    /** By atom index: how many further spans may have fed it. */
    readonly inDoubt?: number;
  };
  readonly spanCount: number;
  /** For online rules that read them: last end minus first start, nanoseconds; and the trace's id. */
  readonly duration?: number | bigint;
  readonly traceId?: string;
  /** The trace, where the rule buffers its spans. Without it the trace counts as incomplete. */
  readonly trace?: TraceView;
  /** The spans, where the rule buffers them: at least all on which some condition of the rule holds. */
  readonly spans?: readonly SpanView[];
  /** `spans` are all spans of the trace. */
  readonly isWhole?: boolean;
  /** For an online rule with a subject span: the condition bits kept for the span. */
  readonly spanBits?: number;
  /** The unknown bits among them. */
  readonly spanBitsInDoubt?: number;
  /** The judgement exceeded its steps: the explanation evaluates parts within a tenth of them, and scripts not at all. */
  readonly exceeded?: true;
}
