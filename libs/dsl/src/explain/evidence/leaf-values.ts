import type { Atom, OnlineTrace } from '../../contract/compiled-rule-set.js';
import type { ConditionTable } from '../../contract/condition-table.js';
import type { Evidence, SpanReference } from '../../contract/explanation.js';
import type { EvaluationLimit } from '../../interpret/evaluation-limit.js';
import { Interpreter } from '../../interpret/interpret.js';
import { traceOf } from '../../interpret/judge-condition.js';
import { isSpanCondition, isTotal } from '../../interpret/required-reads.js';
import { Ways } from '../../interpret/ways.js';
import { totalValue } from '../../online/totals.js';
import { compareSpans } from '../../trace/span-rank.js';
import type { SpanView, TraceView } from '../../trace/span-view.js';
import type { Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../../tree/resolved.js';
import { PatternExceeded, StepsExceeded } from '../../values/lua/budget-exceeded.js';
import { LuaError } from '../../values/lua/lua-error.js';
import type { StepLimit } from '../../values/lua/step-limit.js';
import { IN_DOUBT, NOT_EVALUATED, NOT_KEPT, type PartResult } from './part-result.js';
import { referenceTo } from './span-text.js';
import { type Bindings, type RelatedSpans, TestedSpans, type TestedValue, UNBOUND } from './tested-spans.js';
import { TestedWorlds } from './tested-worlds.js';

/** The bits of a span condition and of its negation in the engine's state (-1: it cannot fail, so the first bit decides). */
export interface SpanBits {
  readonly holds: number;
  readonly holdsNot: number;
}

/** How many spans satisfied (for `all`: did not satisfy) the condition of a trace function. */
export interface Tally {
  readonly count: number;
  /** The number of spans asked. Undefined where further spans do not matter: one found span decides a `has`, and one that breaks an `all` decides that. */
  readonly of: number | undefined;
  /** The count is a lower bound. */
  readonly atLeast: boolean;
  /** The first of these spans. */
  readonly witnesses: readonly SpanReference[];
  /** All of these spans, where the trace's spans are known. */
  readonly spans?: readonly SpanView[];
}

/** Maximum of spans that one condition names. */
export const MAXIMUM_WITNESSES = 50;

/** The values of the parts of one rule, from the engine's state. What was not kept is unknown. */
export class LeafValues {
  private testedSpans: TestedSpans | undefined;
  private testedWorlds: TestedWorlds | undefined;
  private wholeTrace: TraceView | undefined;

  constructor(
    private readonly evidence: Evidence,
    private readonly rule: { readonly table: ConditionTable; readonly limit: EvaluationLimit },
    /** The rule with these parts. */
    private readonly root: Resolved,
  ) {}

  get spanCount(): number {
    return this.evidence.spanCount;
  }

  /** Whether all spans of the trace are known, not only those that matter. */
  get isWhole(): boolean {
    return this.evidence.isWhole === true;
  }

  /** The known spans of the trace. */
  get spans(): readonly SpanView[] | undefined {
    return this.evidence.spans;
  }

  get subject(): SpanView | undefined {
    return this.evidence.span;
  }

  /** The trace of the known spans. */
  get knownTrace(): TraceView | undefined {
    return this.evidence.spans && this.trace(this.evidence.spans);
  }

  /** The result of the rule is known: what follows may take as many steps again. */
  renew(): void {
    this.testedSpans?.renew();
    this.testedWorlds?.renew();
  }

  /** Fields of the subject span can be read. */
  get hasSpan(): boolean {
    return this.evidence.span !== undefined || this.evidence.spans !== undefined;
  }

  /** The value of a part of the rule. */
  find(node: Resolved, bits: SpanBits | undefined, bindings = UNBOUND): PartResult {
    try {
      return this.known(node, bits, bindings);
    } catch (error) {
      if (error instanceof NotRemembered) return NOT_KEPT;
      if (error instanceof PatternExceeded) return IN_DOUBT;
      if (error instanceof StepsExceeded) return NOT_EVALUATED;
      if (error instanceof LuaError) return { error: error.message };
      throw error;
    }
  }

  private known(node: Resolved, bits: SpanBits | undefined, bindings: Bindings): PartResult {
    const { span, spans, spanBits } = this.evidence;
    if (spans !== undefined) return this.ofSpans(spans, node, bindings);
    if (isSpanCondition(node)) {
      if (span !== undefined)
        return { value: new Interpreter({ trace: traceOf(span), subject: span }, undefined, this.rule.limit(1)).value(node) };
      if (bits !== undefined && spanBits !== undefined) return fromBits(spanBits, this.evidence.spanBitsInDoubt ?? 0, bits);
    }
    return isTotal(node) ? this.ofTotals(node) : NOT_KEPT;
  }

  private ofSpans(spans: readonly SpanView[], node: Resolved, bindings: Bindings): PartResult {
    try {
      return { value: this.tested(spans).value(node, bindings) };
    } catch (error) {
      if (!(error instanceof PatternExceeded)) throw error;
      return this.worlds(spans).value(node, bindings);
    }
  }

  /** The result by bits and counters, for any values of those in doubt. */
  private ofTotals(node: Resolved): PartResult {
    const ask = totalValue(node, { atomOf: (quantifier) => this.atomOf(quantifier) });
    const ways = new Ways();
    const value = ask(this.online(ways));
    while (ways.next()) if (ask(this.online(ways)) !== value) return IN_DOUBT;
    return ways.isComplete ? { value } : IN_DOUBT;
  }

  /** How many spans fed a trace function. */
  tally(node: TraceQuantifier, bindings: Bindings): Tally | undefined {
    const witnessValue = node.quantifier !== 'all';
    const { spans } = this.evidence;
    if (spans !== undefined) {
      const known = this.tested(spans).satisfying(node, bindings);
      const tested = known ?? this.settled(spans, node, bindings)?.satisfying(node, bindings);
      if (tested === undefined) return undefined;
      const satisfying = new Set(tested.spans);
      const found = inOrder(witnessValue ? tested.spans : tested.of.filter((span) => !satisfying.has(span)));
      const witnesses = found.slice(0, MAXIMUM_WITNESSES).map(referenceTo);
      // Spans in doubt may add to them.
      const atLeast = known === undefined && found.length > 0 && node.quantifier !== 'count';
      return { count: found.length, of: this.testedOf(node, tested.of), atLeast, witnesses, spans: found };
    }
    if (node.over !== undefined) return undefined;
    const atom = this.rule.table.findAtom(node.quantifier, node.condition);
    if (atom === undefined) return undefined;
    const { count, witnesses, inDoubt = 0 } = this.evidence.atom(atom.index);
    if (inDoubt > 0 && count === 0) return undefined;
    const of = atom.kind === 'has' && count > 0 ? undefined : this.spanCount;
    return { count, of, atLeast: inDoubt > 0, witnesses };
  }

  /** The spans with a value for `trace.sum` and other aggregates, in the order of the trace, and the number of spans asked. */
  valuesOf(node: TraceAggregate, bindings: Bindings): { readonly values: readonly TestedValue[]; readonly of: number } | undefined {
    const { spans } = this.evidence;
    if (spans === undefined) return undefined;
    const tested = this.tested(spans);
    const values = tested.values(node, bindings);
    if (values === undefined) return undefined;
    const of = node.over === undefined ? this.spanCount : (tested.satisfying(node, bindings)?.of.length ?? values.length);
    return { values: values.toSorted((a, b) => compareSpans(a.span, b.span)), of };
  }

  /** The number of spans that a function tests. Spans of the trace that satisfy nothing may not have been kept. */
  private testedOf(node: TraceQuantifier, spans: readonly SpanView[]): number {
    return node.over === undefined ? this.spanCount : spans.length;
  }

  /** The spans of a relation. */
  pairs(node: TracePair, bindings: Bindings): readonly RelatedSpans[] | undefined {
    const { spans } = this.evidence;
    if (spans === undefined) return undefined;
    return this.tested(spans).pairs(node, bindings) ?? this.settled(spans, node, bindings)?.pairs(node, bindings);
  }

  private tested(spans: readonly SpanView[]): TestedSpans {
    this.testedSpans ??= new TestedSpans(this.trace(spans), this.evidence.span, () => this.rule.limit(spans.length));
    return this.testedSpans;
  }

  private worlds(spans: readonly SpanView[]): TestedWorlds {
    const limit = (): StepLimit => this.rule.limit(spans.length);
    this.testedWorlds ??= new TestedWorlds(
      this.root,
      (onDoubt, limitOf) => new TestedSpans(this.trace(spans), this.evidence.span, limitOf, onDoubt),
      limit,
    );
    return this.testedWorlds;
  }

  /** Where something in a function is in doubt: a test for the spans that decide it, if its result is known. */
  private settled(spans: readonly SpanView[], node: Resolved, bindings: Bindings): TestedSpans | undefined {
    const found = this.find(node, undefined, bindings);
    return 'value' in found ? this.worlds(spans).settled(node, bindings) : undefined;
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

  private online(ways: Ways): OnlineTrace {
    const { evidence } = this;
    const { table } = this.rule;
    const fed = (kind: 'has' | 'count', slot: number): number => {
      const atom = table.atoms.find((one) => one.kind === kind && one.slot === slot);
      if (atom === undefined) return 0;
      const { count, inDoubt = 0 } = evidence.atom(atom.index);
      const most = kind === 'has' && count > 0 ? 0 : inDoubt;
      let more = 0;
      while (more < most && ways.answer(atom.index * MAX_COUNTED + more, undefined)) more++;
      return count + more;
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

/** The engine did not keep what is needed. */
class NotRemembered extends Error {}

/** Numbers the questions of how many further spans may have fed an atom. */
const MAX_COUNTED = 2 ** 32;

function fromBits(spanBits: number, inDoubt: number, { holds, holdsNot }: SpanBits): PartResult {
  if ([holds, holdsNot].some((bit) => bit >= 0 && (inDoubt >>> bit) & 1)) return IN_DOUBT;
  if (holds >= 0 && (spanBits >>> holds) & 1) return { value: true };
  if (holdsNot >= 0 && (spanBits >>> holdsNot) & 1) return { value: false };
  return holds >= 0 && holdsNot >= 0 ? { error: 'the evaluation ended in an error' } : { value: holds < 0 };
}

function inOrder(spans: readonly SpanView[]): readonly SpanView[] {
  return spans.some((span, index) => index > 0 && compareSpans(spans[index - 1]!, span) > 0) ? spans.toSorted(compareSpans) : spans;
}
