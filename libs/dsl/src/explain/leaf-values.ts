import { StepsExceeded } from '../budget-exceeded.js';
import type { Atom, OnlineTrace } from '../compile/compiled.js';
import type { ConditionTable } from '../compile/condition-table.js';
import type { EvaluationLimit } from '../compile/evaluation-limit.js';
import { traceOf } from '../compile/judge-condition.js';
import { isSpanCondition, isTotal } from '../compile/needs.js';
import { totalValue } from '../compile/totals.js';
import type { Evidence, SpanReference } from '../explain.js';
import { Interpreter } from '../interpret.js';
import { LuaError } from '../lua-error.js';
import type { Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../resolved.js';
import { compareSpans } from '../span-rank.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { Value } from '../value.js';
import { referenceTo } from './span-text.js';
import { type Bindings, type RelatedSpans, type SpanValue, TestedSpans, UNBOUND } from './tested-spans.js';

/** What was found out about one part of a rule. */
export type Found = { readonly value: Value } | { readonly error: string } | { readonly unknown: true };

/** Where the engine keeps the bit of a span condition, and that of its negation (-1: it can't fail, so the other one tells). */
export interface SpanBits {
  readonly holds: number;
  readonly holdsNot: number;
}

/** How many spans satisfied (for `all`: did not satisfy) the condition of a trace function. */
export interface Tally {
  readonly count: number;
  /** Of so many spans. */
  readonly of: number;
  /** The count is a lower bound. */
  readonly atLeast: boolean;
  /** Of these spans the first ones. */
  readonly witnesses: readonly SpanReference[];
  /** All of them, where the trace's spans are known. */
  readonly spans?: readonly SpanView[];
}

/** So many are named, at most, of one condition. */
export const MAXIMUM_WITNESSES = 50;

/** Answers questions about the parts of one rule from what the engine remembers; nothing remembered, nothing claimed. */
export class LeafValues {
  private testedSpans: TestedSpans | undefined;
  private wholeTrace: TraceView | undefined;

  constructor(
    private readonly evidence: Evidence,
    private readonly rule: { readonly table: ConditionTable; readonly limit: EvaluationLimit },
  ) {}

  get spanCount(): number {
    return this.evidence.spanCount;
  }

  /** Whether all spans of the trace are known, not only those that matter. */
  get isWhole(): boolean {
    return this.evidence.isWhole === true;
  }

  /** The spans that are known of the trace. */
  get spans(): readonly SpanView[] | undefined {
    return this.evidence.spans;
  }

  get subject(): SpanView | undefined {
    return this.evidence.span;
  }

  /** The trace of the spans that are known. */
  get knownTrace(): TraceView | undefined {
    return this.evidence.spans && this.trace(this.evidence.spans);
  }

  /** What the rule says is known: what is asked from here on may take as much again as that. */
  renew(): void {
    this.testedSpans?.renew();
  }

  /** Fields of the subject span can be read. */
  get hasSpan(): boolean {
    return this.evidence.span !== undefined || this.evidence.spans !== undefined;
  }

  /** The value of a part of the rule. */
  find(node: Resolved, bits: SpanBits | undefined, bindings = UNBOUND): Found {
    const { span, spans, spanBits } = this.evidence;
    try {
      if (spans !== undefined) return { value: this.tested(spans).value(node, bindings) };
      if (isSpanCondition(node)) {
        if (span !== undefined)
          return { value: new Interpreter({ trace: traceOf(span), subject: span }, undefined, this.rule.limit(1)).value(node) };
        if (bits !== undefined && spanBits !== undefined) return fromBits(spanBits, bits);
      }
      if (!isTotal(node)) return { unknown: true };
      return { value: totalValue(node, { atomOf: (quantifier) => this.atomOf(quantifier) })(this.online()) };
    } catch (error) {
      if (error instanceof NotRemembered || error instanceof StepsExceeded) return { unknown: true };
      if (error instanceof LuaError) return { error: error.message };
      throw error;
    }
  }

  /** How many spans fed a trace function. */
  tally(node: TraceQuantifier, bindings: Bindings): Tally | undefined {
    const wanted = node.quantifier !== 'all';
    const { spans } = this.evidence;
    if (spans !== undefined) {
      const tested = this.tested(spans).satisfying(node, bindings);
      if (tested === undefined) return undefined;
      const satisfying = new Set(tested.spans);
      const found = inOrder(wanted ? tested.spans : tested.of.filter((span) => !satisfying.has(span)));
      const witnesses = found.slice(0, MAXIMUM_WITNESSES).map(referenceTo);
      return { count: found.length, of: this.testedOf(node, tested.of), atLeast: false, witnesses, spans: found };
    }
    if (node.over !== undefined) return undefined;
    const atom = this.rule.table.findAtom(node.quantifier, node.condition);
    if (atom === undefined) return undefined;
    const { count, witnesses } = this.evidence.atom(atom.index);
    return { count, of: this.spanCount, atLeast: atom.kind === 'has' && count > 0, witnesses };
  }

  /** The spans of which `trace.sum` and its like have a value, in the order of the trace, and of how many. */
  valuesOf(node: TraceAggregate, bindings: Bindings): { readonly values: readonly SpanValue[]; readonly of: number } | undefined {
    const { spans } = this.evidence;
    if (spans === undefined) return undefined;
    const tested = this.tested(spans);
    const values = tested.values(node, bindings);
    if (values === undefined) return undefined;
    const of = node.over === undefined ? this.spanCount : (tested.satisfying(node, bindings)?.of.length ?? values.length);
    return { values: values.toSorted((a, b) => compareSpans(a.span, b.span)), of };
  }

  /** How many spans a function was asked of: of a trace's, those that satisfy nothing may not have been kept. */
  private testedOf(node: TraceQuantifier, spans: readonly SpanView[]): number {
    return node.over === undefined ? this.spanCount : spans.length;
  }

  /** The spans of a relation. */
  pairs(node: TracePair, bindings: Bindings): readonly RelatedSpans[] | undefined {
    const { spans } = this.evidence;
    return spans === undefined ? undefined : this.tested(spans).pairs(node, bindings);
  }

  private tested(spans: readonly SpanView[]): TestedSpans {
    this.testedSpans ??= new TestedSpans(this.trace(spans), this.evidence.span, () => this.rule.limit(spans.length));
    return this.testedSpans;
  }

  private atomOf(node: TraceQuantifier): Atom {
    const atom = this.rule.table.findAtom(node.quantifier, node.condition);
    if (atom === undefined) throw new NotRemembered();
    return atom;
  }

  private trace(spans: readonly SpanView[]): TraceView {
    this.wholeTrace ??= this.evidence.trace ?? { id: this.traceId(), spans, complete: false };
    return this.wholeTrace;
  }

  private traceId(): string {
    return this.evidence.traceId ?? this.evidence.span?.traceId ?? this.evidence.spans?.[0]?.traceId ?? '';
  }

  private online(): OnlineTrace {
    const { evidence } = this;
    const { table } = this.rule;
    const fed = (kind: 'has' | 'count', slot: number): number => {
      const atom = table.atoms.find((one) => one.kind === kind && one.slot === slot);
      return atom === undefined ? 0 : evidence.atom(atom.index).count;
    };
    const traceId = this.traceId();
    return {
      has: (slot) => fed('has', slot) > 0,
      count: (slot) => fed('count', slot),
      spanCount: evidence.spanCount,
      get duration() {
        if (evidence.duration === undefined) throw new NotRemembered();
        return evidence.duration;
      },
      get id() {
        if (traceId === '') throw new NotRemembered();
        return traceId;
      },
    };
  }
}

/** The engine did not keep what the question needs. */
class NotRemembered extends Error {}

function fromBits(spanBits: number, { holds, holdsNot }: SpanBits): Found {
  if (holds >= 0 && (spanBits >>> holds) & 1) return { value: true };
  if (holdsNot >= 0 && (spanBits >>> holdsNot) & 1) return { value: false };
  return holds >= 0 && holdsNot >= 0 ? { error: 'the evaluation ended in an error' } : { value: holds < 0 };
}

function inOrder(spans: readonly SpanView[]): readonly SpanView[] {
  return spans.some((span, index) => index > 0 && compareSpans(spans[index - 1]!, span) > 0) ? spans.toSorted(compareSpans) : spans;
}
