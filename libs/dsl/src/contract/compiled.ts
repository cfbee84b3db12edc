import type { IndexOf } from '#base';
import type { TraceView } from '../trace/span-view.js';
import type { Reads } from '../tree/reads.js';
import type { Evidence, Explanation, ExplanationNode } from './explain.js';

/**
 * What the compiler gives to the engine: the contract between `dsl` and `engine`.
 *
 * All span conditions of a rule set become one generated function that fills a bit matrix, a row per span. A *condition* is
 * a whole span rule, the argument of `trace.has/count/all`, or the span part of a mixed rule; equal ones are one condition.
 * Rules that ask only has/count/all become *atoms*: bits and counters per open trace.
 */
export interface CompiledRuleSet {
  /** What the projection must read so that the conditions and the buffered rules find their columns. */
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
   * Per word: the conditions that are a span rule by themselves. The engine ANDs this with `matched`, so that a span that
   * matches nothing costs a few instructions whatever the number of rules.
   */
  readonly spanRuleMask: Uint32Array;
  /** Per word: the conditions on which some atom or some pending span depends. */
  readonly atomMask: Uint32Array;
  /** Per word: the conditions that rules judged at close ask of each span. */
  readonly bufferedMask: Uint32Array;
  /** condition index → the rules (indexes) of kind `span` it decides. */
  readonly rulesOfCondition: readonly (readonly RuleIndex[])[];
  /** condition index → the atoms (indexes) fed by it when it holds. */
  readonly atomsOfCondition: readonly (readonly number[])[];
  /** The atoms fed when their condition does not hold (from `trace.all`). */
  readonly atomsWhenUnmatched: readonly number[];
  /**
   * Evaluates all conditions on spans `from` (included) to `to` (not). Row r = i - from. Bit c of `matched[r * words + (c >> 5)]` says that condition c holds.
   * The same bit of `failed` says that its evaluation ended in an error; then it does not hold. Both arrays are overwritten for the rows. Never throws, never
   * allocates per span. Returns whether some condition may have failed on a present value, not only on a missing one. Then `failureOf` tells on which spans.
   * `inDoubt` tells the conditions that exceed their budget.
   */
  evaluate(columns: ConditionColumns, from: number, to: number, matched: Uint32Array, failed: Uint32Array): boolean;
  /** Of the spans evaluated last: the conditions on which no answer could be had within the steps that they may take. They count as failed too. */
  readonly inDoubt: readonly InDoubt[];
  /** The conditions that can be in doubt on some span. */
  readonly doubtful: readonly number[];
  /** The Lua text of the error of a condition on one span (`attempt to compare nil with number`): evaluated again, slowly. */
  errorOf(condition: number, columns: ConditionColumns, i: number): string;
  /** What a condition failed on, on one span, if that is there and of another type; undefined if a value is missing. Evaluated again, slowly. */
  failureOf(condition: number, columns: ConditionColumns, i: number): TypeFailure | undefined;
  /** Whether it failed so: `failureOf` without a look for the value. */
  failsByType(condition: number, columns: ConditionColumns, i: number): boolean;
  /** Per condition: the comparison that it begins with, the same number for those whose comparison fails alike; -1 for any other beginning. */
  readonly comparisonOf: Int32Array;
  /** Per condition: 1 where it is nothing but that comparison, and so fails alike on all spans that lack the value. */
  readonly isComparison: Uint8Array;
  /** The text of its error on a span; undefined where it does not fail. */
  comparisonError(comparison: number, columns: ConditionColumns, i: number): string | undefined;
  /** The same on a span that lacks the value. */
  missingError(comparison: number): string;
}

/** Whether span `i` satisfies a condition is not known. */
export interface InDoubt {
  readonly i: number;
  readonly condition: number;
}

/** A value of another type than a rule can take. */
export interface TypeFailure {
  /** Lua's text: `attempt to compare number with string`. */
  readonly message: string;
  /** What reads the value, as the rule has it, and the value as people read it, cut; where they are known. */
  readonly reading?: string;
  readonly example?: string;
}

/** Where a rule failed on the type of a value, and on which span. */
export interface Failed {
  readonly failure: TypeFailure;
  /** The sentence of it. */
  readonly reason: string;
  /** The id of the span that has the value. */
  readonly span?: string | undefined;
}

/** One boolean question about one span. */
export interface Condition {
  readonly index: number;
  /** Canonical text (formatted). */
  readonly text: string;
}

/** One thing an open trace remembers for its rules. `all(c)` is kept as `not has(a span on which c does not hold)`. */
export interface Atom {
  readonly index: number;
  readonly kind: 'has' | 'count';
  readonly condition: number;
  /** Fed by the spans on which the condition does not hold (errors included). */
  readonly whenUnmatched: boolean;
  /** Bit (has) or counter (count) in the trace's state. */
  readonly slot: number;
}

/** False, true, or not known before more spans came. */
export const FALSE = 0;
export const TRUE = 1;
export const UNKNOWN = 2;
/** The rule's own evaluation failed (for example a comparison of a count with a string). */
export const FAILED = 3;
export type Truth = typeof FALSE | typeof TRUE | typeof UNKNOWN;
export type Outcome = typeof FALSE | typeof TRUE | typeof FAILED;

/** What an online rule sees of a trace. Owned by the engine, reused between calls. */
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

/** The place of a rule in the rule set that it is compiled with. */
export type RuleIndex = IndexOf<'rule'>;

export interface CompiledRule {
  readonly index: RuleIndex;
  readonly id: string;
  /** A span rule has one verdict per span, a trace rule one per trace. */
  readonly subject: 'span' | 'trace';
  readonly needs: Needs;
  /** `span`: the condition that is the verdict. `online` with subject span: a span can only match if this holds (candidate). Else -1. */
  readonly condition: number;
  /** `online`: the atoms it reads. */
  readonly atoms: readonly number[];
  /** `online` over the trace: of the atoms those that must be fed for the rule to be true or to fail. */
  readonly neededAtoms?: readonly number[];
  /** `online`: reads spanCount or duration, so every span may decide it, not only one that feeds an atom. Absent means no. */
  readonly readsTotals?: boolean;
  /** `online` with subject span: condition indexes whose bits are kept for each pending span, in bit order (at most 32). */
  readonly spanConditions: readonly number[];
  /** By bit: that of the negation, which is kept too where a condition can fail; else -1. */
  readonly spanOpposites?: readonly number[];
  /** `online`: the verdict if it can no longer change whatever spans come, else UNKNOWN. `spanBits` is 0 for a trace rule. */
  decide?(trace: OnlineTrace, spanBits: number): Truth;
  /** `online`: the verdict on the trace as it is. */
  conclude?(trace: OnlineTrace, spanBits: number): Outcome;
  /**
   * `columns`, `spans`: the indexes in `trace.spans` that match (subject span), or [-1] when a trace rule matches, else []. `held`
   * may be absent: then all is tested on the spans. `asksTypes`: it is to tell whether values of another type matter (`mistyped`).
   */
  judge?(trace: TraceView, held?: HeldConditions, asksTypes?: boolean): JudgedTrace;
  /** `columns`, `spans`: what it asks of each span on arrival. Absent of scripts without guards, which ask nothing. */
  readonly buffered?: BufferedNeeds;
  /** `columns`, `spans`: once it matches, no further span can make it not match. Absent means that this is not sure. */
  readonly lasting?: true;
  /** Why it matched or did not, from what the engine remembers. */
  explain(evidence: Evidence): Explanation;
  /** Where it failed on the type of a value. */
  explainFailure(failed: Failed): ExplanationNode;
}

/** What a rule judged at close asks of each span when it arrives. */
export interface BufferedNeeds {
  /** The conditions whose spans `judge` needs. */
  readonly conditions: readonly number[];
  /** Of a span rule: the condition among them on which a span must hold or fail for the rule to match or fail on it. Else -1. */
  readonly candidate: number;
  /**
   * Conditions that some span each must satisfy (or fail on) for the rule to match or fail at all: without them it needs no judging.
   * Those of a script are not among `conditions`: its judge asks for itself.
   */
  readonly needed: readonly number[];
  /** Spans on which none of the conditions holds or fails matter too, roots aside: for structure, order, totals. */
  readonly everySpan: boolean;
}

/** Which spans of a trace satisfied a condition when they arrived, or failed on it: positions in `TraceView.spans`, ascending. */
export interface HeldConditions {
  holds(condition: number): readonly number[];
  fails(condition: number): readonly number[];
  /** Those of which it is not known whether they satisfy it (`CompiledRuleSet.inDoubt`). */
  inDoubt?(condition: number): readonly number[];
  /** Of those on which it failed such as did so on a value of another type, where some rule asks for them. */
  mistyped?(condition: number): readonly number[];
}

/** The verdict of a `columns` or `spans` rule on a whole trace. An error on one span leaves the others judged. */
export interface JudgedTrace {
  readonly matches: readonly number[];
  readonly errors: readonly JudgedError[];
  /**
   * It met values of another type, and could match (on more spans) if they were of the type that it expects: the first that it met, if it
   * did so itself and not when the spans arrived. Only where that was asked.
   */
  readonly mistyped?: { readonly first: JudgedError | undefined };
  /** Where it is not known for a regular expression that takes too long: the first span, a place in `trace.spans`, of which that is so. */
  readonly inDoubt?: number;
}

/** The rule failed on one span of the trace, or on the trace (-1). */
export interface JudgedError {
  readonly span: number;
  readonly message: string;
  /** Its budget did not suffice: what it would have said is not known. Of -1, that is so for all spans that are not among the matches. */
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
  /** Nanoseconds; NaN when the exact value needs a bigint: then ask exactDuration(i). */
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
