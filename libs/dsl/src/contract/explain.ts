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
  /** How many more there are: the list would be too long. */
  readonly omitted?: number;
  /** The rule as a tree. Absent where nothing in particular was asked: of a record that counts others, of a span rule that is undecided about a trace. */
  readonly tree?: ExplanationNode;
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

/** A part of a rule, what came of it, and the parts that it is made of: so that a screen can mark them in the rule's text. */
export interface ExplanationNode {
  readonly range: TextRange;
  readonly kind: ExplanationKind;
  readonly outcome: ExplanationOutcome;
  /** For people, in one line. Of `and`, `or` and `not` their children say it. */
  readonly sentence?: string;
  /** What it gave, where that is more than the outcome says: of `trace.count(c)` the number. */
  readonly value?: ShownValue;
  /** The values that it read, by the text that reads them. */
  readonly values?: Readonly<Record<string, ShownValue>>;
  /** The id of the span on which it was asked: the subject of a span rule, or where it is a condition of a function over spans. */
  readonly span?: string;
  /** How many spans satisfy its condition (or stand in its relation), of how many; `at_least` so many where they were not counted. */
  readonly count?: number;
  readonly at_least?: boolean;
  readonly of?: number;
  /** Ids of the spans that make it so: of `all` those that do not satisfy it. */
  readonly witnesses?: readonly string[];
  /** The number of further ones. */
  readonly more_witnesses?: number;
  readonly error?: string;
  /** In the order of the text. */
  readonly children?: readonly ExplanationNode[];
  /** How many children are left out: the explanation would be too large. */
  readonly omitted?: number;
}

/** A place in the rule's text: UTF-16 offsets, `end` excluded; lines and columns count from 1. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly end_line: number;
  readonly end_column: number;
}

/** What the engine remembers when a rule is explained. */
export interface Evidence {
  /** The subject span (span rules). */
  readonly span?: SpanView;
  /** Per atom index: how many spans fed it and the first of them, fifty at the most. */
  atom(index: number): {
    readonly count: number;
    readonly witnesses: readonly SpanReference[];
    /** Of so many spans more it is not known whether they fed it. */
    readonly inDoubt?: number;
  };
  readonly spanCount: number;
  /** Last end minus first start, nanoseconds; and the trace's id: for online rules that read them. */
  readonly duration?: number | bigint;
  readonly traceId?: string;
  /** The trace, where the rule buffers its spans; without it they are taken for a trace that is not complete. */
  readonly trace?: TraceView;
  /** The spans, where the rule buffers them: all on which something that the rule asks of a span holds, at least. */
  readonly spans?: readonly SpanView[];
  /** `spans` are all of the trace's. */
  readonly isWhole?: boolean;
  /** Subject span rules of kind online: the condition bits kept for it. */
  readonly spanBits?: number;
  /** Those of them that are not known. */
  readonly spanBitsInDoubt?: number;
  /** The judgement took more steps than it may: parts that cost a tenth of that are evaluated again, and scripts not at all. */
  readonly exceeded?: true;
}
