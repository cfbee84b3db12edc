import { StepsExceeded } from '../budget-exceeded.js';
import type { Atom, OnlineTrace } from '../compile/compiled.js';
import type { ConditionTable } from '../compile/condition-table.js';
import type { EvaluationLimit } from '../compile/evaluation-limit.js';
import { traceOf } from '../compile/judge.js';
import { isSpanCondition, isTotal } from '../compile/needs.js';
import { totalValue } from '../compile/totals.js';
import type { Evidence, SpanReference } from '../explain.js';
import { Interpreter } from '../interpret.js';
import { LuaError } from '../lua-error.js';
import type { Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../resolved.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { Value } from '../value.js';
import { clipped } from './clipped.js';
import { type RelatedSpans, TestedSpans } from './tested-spans.js';

/** What was found out about one part of a rule. */
export type Found = { readonly value: Value } | { readonly error: string } | { readonly unknown: true };

/** Where the engine keeps the bit of a span condition, and that of its negation (-1: it can't fail, so none is needed). */
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
  readonly witnesses: readonly SpanReference[];
}

const MAXIMUM_WITNESSES = 5;

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

  /** Fields of the subject span can be read. */
  get hasSpan(): boolean {
    return this.evidence.span !== undefined || this.evidence.spans !== undefined;
  }

  /** The value of a part of the rule. */
  find(node: Resolved, bits: SpanBits | undefined): Found {
    const { span, spans, spanBits } = this.evidence;
    try {
      if (spans !== undefined) return { value: this.tested(spans).value(node) };
      if (isSpanCondition(node)) {
        if (span !== undefined)
          return { value: new Interpreter({ trace: traceOf(span), subject: span }, undefined, this.rule.limit(1)).value(node) };
        return bits !== undefined && spanBits !== undefined ? fromBits(spanBits, bits) : { unknown: true };
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
  tally(node: TraceQuantifier): Tally | undefined {
    const wanted = node.quantifier !== 'all';
    const { spans } = this.evidence;
    if (spans !== undefined) {
      const tested = this.tested(spans).satisfying(node);
      if (tested === undefined) return undefined;
      const satisfying = new Set(tested.spans);
      const found = tested.of.filter((span) => satisfying.has(span) === wanted);
      return {
        count: found.length,
        of: this.testedOf(node, tested.of),
        atLeast: false,
        witnesses: found.slice(0, MAXIMUM_WITNESSES).map(referenceTo),
      };
    }
    if (node.over !== undefined) return undefined;
    const atom = this.rule.table.findAtom(node.quantifier, node.condition);
    if (atom === undefined) return undefined;
    const { count, witnesses } = this.evidence.atom(atom.index);
    return { count, of: this.spanCount, atLeast: atom.kind === 'has' && count > 0, witnesses };
  }

  /** The spans over which `trace.sum` and its like were computed. */
  tallyOf(node: TraceAggregate): Tally | undefined {
    const { spans } = this.evidence;
    const tested = spans === undefined ? undefined : this.tested(spans).satisfying(node);
    if (tested === undefined) return undefined;
    const witnesses = tested.spans.slice(0, MAXIMUM_WITNESSES).map(referenceTo);
    return { count: tested.spans.length, of: this.testedOf(node, tested.of), atLeast: false, witnesses };
  }

  /** How many spans a function was asked of: of a trace's, those that satisfy nothing may not have been kept. */
  private testedOf(node: TraceQuantifier | TraceAggregate, spans: readonly SpanView[]): number {
    return node.over === undefined ? this.spanCount : spans.length;
  }

  /** The spans of a relation. */
  pairs(node: TracePair): readonly RelatedSpans[] | undefined {
    const { spans } = this.evidence;
    return spans === undefined ? undefined : this.tested(spans).pairs(node);
  }

  private tested(spans: readonly SpanView[]): TestedSpans {
    this.testedSpans ??= new TestedSpans(this.trace(spans), this.evidence.span, this.rule.limit(spans.length));
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
  if ((spanBits >>> holds) & 1) return { value: true };
  return holdsNot < 0 || (spanBits >>> holdsNot) & 1 ? { value: false } : { error: 'the evaluation ended in an error' };
}

export function referenceTo(span: SpanView): SpanReference {
  return { span_id: span.id, name: clipped(span.name), service: clipped(span.service) };
}
