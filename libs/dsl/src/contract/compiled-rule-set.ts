import type { IndexOf } from '#base';
import type { TraceView } from '../trace/span-view.js';
import type { Reads } from '../tree/reads.js';
import type { Evidence, Explanation, ExplanationNode } from './explanation.js';

/**
 * The contract between `dsl` and `engine`: the output of the compiler, which the engine runs.
 *
 * All span conditions of a rule set become one generated function that fills a bit matrix, a row per span. A *condition* is
 * a whole span rule, the argument of `trace.has/count/all`, or the span part of a mixed rule; equal ones are one condition.
 * Rules that ask only has/count/all become *atoms*: bits and counters per open trace.
 */
export interface CompiledRuleSet {
  /** What the projection must read to fill the columns of conditions and buffered rules. */
  readonly reads: Reads;
  readonly rules: readonly CompiledRule[];
  readonly conditions: readonly Condition[];
  readonly atoms: readonly Atom[];
  /** 32-bit words per span in `matched` and `failed`: ceil(conditions / 32). */
  readonly words: number;
  /** Bits (has) and counters (count) that each open trace needs. */
  readonly traceBits: number;
  readonly traceCounters: number;
  /**
   * Per word: the conditions that are whole span rules. The engine ANDs this with `matched`, so a span without a match costs a few instructions for any
   * number of rules.
   */
  readonly spanRuleMask: Uint32Array;
  /** Per word: the conditions on which some atom or some pending span depends. */
  readonly atomMask: Uint32Array;
  /** Per word: the conditions of rules judged at close, evaluated on each span. */
  readonly bufferedMask: Uint32Array;
  /** By condition: the rules of kind `span` that it decides. */
  readonly rulesOfCondition: readonly (readonly RuleIndex[])[];
  /** By condition: the atoms that it feeds when it holds. */
  readonly atomsOfCondition: readonly (readonly number[])[];
  /** By condition: the atoms that it feeds when it does not hold (from `trace.all`). */
  readonly atomsWhenUnmatched: readonly number[];
  /**
   * Evaluates all conditions on spans `from` (included) to `to` (not). Row r = i - from. Bit c of `matched[r * words + (c >> 5)]` says that condition c holds.
   * The same bit of `failed` says that its evaluation ended in an error; then it does not hold. Both arrays are overwritten for the rows. Never throws, never
   * allocates per span. Returns whether some condition may have failed on a present value, not only on a missing one. Then `failureOf` tells on which spans.
   * `inDoubt` tells the conditions that exceed their budget.
   */
  evaluate(columns: ConditionColumns, from: number, to: number, matched: Uint32Array, failed: Uint32Array): boolean;
  /** The conditions that exceeded their steps on the spans evaluated last. They count as failed too. */
  readonly inDoubt: readonly InDoubt[];
  /** The conditions that can be in doubt on some span. */
  readonly doubtful: readonly number[];
  /** The Lua error text of a condition on one span (`attempt to compare nil with number`): evaluated again, slowly. */
  errorOf(condition: number, columns: ConditionColumns, i: number): string;
  /** The existing value of a wrong type on which a condition failed; undefined if a value is missing. Evaluated again, slowly. */
  failureOf(condition: number, columns: ConditionColumns, i: number): TypeFailure | undefined;
  /** Whether it failed on such a value: `failureOf` without the value. */
  failsByType(condition: number, columns: ConditionColumns, i: number): boolean;
  /** Per condition: the number of its first comparison, equal where comparisons fail alike; -1 for any other beginning. */
  readonly comparisonOf: Int32Array;
  /** Per condition: 1 where it consists of that comparison, and so fails alike on all spans that lack the value. */
  readonly isComparison: Uint8Array;
  /** The comparison's error text on a span; undefined where it does not fail. */
  comparisonError(comparison: number, columns: ConditionColumns, i: number): string | undefined;
  /** The comparison's error text on a span that lacks the value. */
  missingError(comparison: number): string;
}

/** Whether it is unknown that span `i` satisfies a condition. */
export interface InDoubt {
  readonly i: number;
  readonly condition: number;
}

/** A value of a type that a rule cannot take. */
export interface TypeFailure {
  /** Lua's text: `attempt to compare number with string`. */
  readonly message: string;
  /** The text that reads the value in the rule, and the value for people, truncated; where they are known. */
  readonly reading?: string;
  readonly example?: string;
}

/** Where a rule failed on the type of a value, and on which span. */
export interface Failed {
  readonly failure: TypeFailure;
  /** The sentence about it. */
  readonly reason: string;
  /** The id of the span with the value. */
  readonly span?: string | undefined;
}

/** One boolean question about one span. */
export interface Condition {
  readonly index: number;
  /** Canonical text (formatted). */
  readonly text: string;
}

/** One fact that an open trace remembers for its rules. `all(c)` is kept as `not has(a span on which c does not hold)`. */
export interface Atom {
  readonly index: number;
  readonly kind: 'has' | 'count';
  readonly condition: number;
  /** Fed by spans on which the condition does not hold (errors included). */
  readonly whenUnmatched: boolean;
  /** Bit (has) or counter (count) in the trace's state. */
  readonly slot: number;
}

/** False, true, or unknown until further spans come. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;
/** The rule's own evaluation failed (for example a comparison of a count with a string). */
export const FAILED = 3;
export type Truth = typeof FALSE | typeof TRUE | typeof UNKNOWN;
export type Outcome = typeof FALSE | typeof TRUE | typeof FAILED;

/** The view of a trace for an online rule. The engine owns it and reuses it between calls. */
export interface OnlineTrace {
  has(slot: number): boolean;
  count(slot: number): number;
  readonly spanCount: number;
  /** Last end minus first start so far, nanoseconds. */
  readonly duration: number | bigint;
  readonly id: string;
}

/**
 * How much a rule needs, cheapest first:
 * `span`     the span alone: judged on arrival, nothing is kept;
 * `online`   bits and counters, and for a span rule the pending spans' condition bits;
 * `columns`  the projected columns of the trace's spans, judged at close;
 * `spans`    whole spans (scripts, events, links, iteration over attributes), judged at close.
 */
export type Needs = 'span' | 'online' | 'columns' | 'spans';

/** The index of a rule in the rule set that it is compiled with. */
export type RuleIndex = IndexOf<'rule'>;

export interface CompiledRule {
  readonly index: RuleIndex;
  readonly id: string;
  /** A span rule has one verdict per span, a trace rule one per trace. */
  readonly subject: 'span' | 'trace';
  readonly needs: Needs;
  /** `span`: the condition that is the verdict. `online` with subject span: a span can only match if this holds (candidate). Otherwise -1. */
  readonly condition: number;
  /** `online`: the atoms it reads. */
  readonly atoms: readonly number[];
  /** `online` over the trace: the atoms that must be fed for the rule to be true or to fail. */
  readonly neededAtoms?: readonly number[];
  /** `online`: reads spanCount or duration, so every span may decide it. Absent means no. */
  readonly readsTotals?: boolean;
  /** `online` with subject span: the conditions whose bits are kept for each pending span, in bit order (at most 32). */
  readonly spanConditions: readonly number[];
  /** By bit: the bit of the negation, which is kept too where a condition can fail; otherwise -1. */
  readonly spanOpposites?: readonly number[];
  /** `online`: the verdict if no further span can change it, else UNKNOWN. `spanBits` is 0 for a trace rule. */
  decide?(trace: OnlineTrace, spanBits: number): Truth;
  /** `online`: the verdict on the current state of the trace. */
  conclude?(trace: OnlineTrace, spanBits: number): Outcome;
  /**
   * `columns`, `spans`: the matching indexes in `trace.spans` (subject span); for a trace rule [-1] or []. Without `held` all conditions are tested on the
   * spans. `asksTypes`: reports whether values of a wrong type matter (`mistyped`).
   */
  judge?(trace: TraceView, held?: HeldConditions, asksTypes?: boolean): EvaluationResult;
  /** `columns`, `spans`: the conditions to evaluate on arrival. Absent for scripts without guards, which have none. */
  readonly buffered?: BufferedNeeds;
  /** `columns`, `spans`: once it matches, no further span can make it not match. Absent: this is not certain. */
  readonly lasting?: true;
  /** Why the rule matched or did not, from the engine's state. */
  explain(evidence: Evidence): Explanation;
  /** Where the rule failed on the type of a value. */
  explainFailure(failed: Failed): ExplanationNode;
}

/** The conditions of a rule judged at close, evaluated on each span at arrival. */
export interface BufferedNeeds {
  /** The conditions whose spans `judge` needs. */
  readonly conditions: readonly number[];
  /** For a span rule: the condition on which a span must hold or fail for the rule to match or fail on it. Otherwise -1. */
  readonly candidate: number;
  /**
   * Conditions each of which some span must satisfy (or fail on) for the rule to match or fail at all. Without such spans it is not judged. Scripts list none
   * in `conditions`: they evaluate them at close.
   */
  readonly needed: readonly number[];
  /** Spans on which no condition holds or fails matter too, besides roots: for structure, order, totals. */
  readonly everySpan: boolean;
}

/** The spans of a trace on which conditions held or failed at arrival: positions in `TraceView.spans`, ascending. */
export interface HeldConditions {
  holds(condition: number): readonly number[];
  fails(condition: number): readonly number[];
  /** Spans on which the answer is unknown (`CompiledRuleSet.inDoubt`). */
  inDoubt?(condition: number): readonly number[];
  /** Spans on which it failed on a value of a wrong type, where some rule reports these. */
  mistyped?(condition: number): readonly number[];
}

/** The verdict of a `columns` or `spans` rule on a whole trace. An error on one span leaves the others judged. */
export interface EvaluationResult {
  readonly matches: readonly number[];
  readonly errors: readonly EvaluationError[];
  /**
   * Only with `asksTypes`: the first value of a wrong type that the rule met, if further spans could match with values of the right type. Failures at arrival
   * are not included.
   */
  readonly mistyped?: { readonly first: EvaluationError | undefined };
  /** The first span (an index in `trace.spans`) whose result is unknown because a regular expression exceeded its steps. */
  readonly inDoubt?: number;
}

/** The rule failed on one span of the trace, or on the trace (-1). */
export interface EvaluationError {
  readonly span: number;
  readonly message: string;
  /** The rule exceeded its budget, so the result is unknown. For -1 this covers all spans that are not among the matches. */
  readonly exceeded?: true;
}

/**
 * The projected columns that generated conditions read, by property name; implemented by `otlp`'s SpanColumns (this is the
 * structural type, because `dsl` imports no other lib). `i` indexes all of them.
 */
export interface ConditionColumns {
  readonly name: readonly string[];
  readonly service: readonly string[];
  readonly statusMessage: readonly string[];
  readonly scopeName: readonly string[];
  readonly scopeVersion: readonly string[];
  /** OTLP numbers: kind 0 to 5, status 0 unset, 1 ok, 2 error. */
  readonly kind: Uint8Array;
  readonly status: Uint8Array;
  /** 1 when the span has no parent id. */
  readonly isRoot: Uint8Array;
  /** Nanoseconds; NaN when the exact value needs a bigint: then call exactDuration(i). */
  readonly duration: Float64Array;
  exactDuration(i: number): bigint;
  /** Unsigned nanoseconds since the epoch. */
  readonly startTime: BigUint64Array;
  readonly endTime: BigUint64Array;
  /** Texts of ids: as the user gave them, else hex. */
  traceId(i: number): string;
  spanId(i: number): string;
  parentId(i: number): string;
  /** One array per entry of `reads.attributes` / `reads.resourceAttributes`, in that order; undefined is nil. */
  readonly attribute: readonly (readonly unknown[])[];
  readonly resourceAttribute: readonly (readonly unknown[])[];
}
