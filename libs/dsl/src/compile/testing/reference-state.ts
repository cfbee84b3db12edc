import { traceDuration } from '../../span-values.js';
import type { SpanView } from '../../span-view.js';
import type { Atom, CompiledRule, CompiledRuleSet, OnlineTrace } from '../compiled.js';
import { columnsOf } from './plain-columns.js';

/** What an engine keeps of a trace, the obvious way: spans are fed one by one, and rules asked after each. */
export class ReferenceState implements OnlineTrace {
  readonly id: string;
  spanCount = 0;
  private readonly bits = new Set<number>();
  private readonly counters = new Map<number, number>();
  private readonly matched: Uint32Array;

  constructor(
    private readonly compiled: CompiledRuleSet,
    private readonly spans: readonly SpanView[],
  ) {
    this.id = spans[0]?.traceId ?? '';
    this.matched = new Uint32Array(spans.length * compiled.words);
    compiled.evaluate(columnsOf(spans, compiled.reads), 0, spans.length, this.matched, new Uint32Array(this.matched.length));
  }

  /** The next span arrives. */
  feed(): void {
    const span = this.spanCount++;
    for (const [condition, atoms] of this.compiled.atomsOfCondition.entries()) {
      if (this.holds(span, condition)) for (const atom of atoms) this.set(this.compiled.atoms[atom] as Atom);
    }
    for (const index of this.compiled.atomsWhenUnmatched) {
      const atom = this.compiled.atoms[index] as Atom;
      if (!this.holds(span, atom.condition)) this.set(atom);
    }
  }

  holds(span: number, condition: number): boolean {
    return (((this.matched[span * this.compiled.words + (condition >> 5)] ?? 0) >>> (condition & 31)) & 1) === 1;
  }

  spanBits(rule: CompiledRule, span: number): number {
    return rule.spanConditions.reduce((bits, condition, bit) => (this.holds(span, condition) ? bits | (1 << bit) : bits), 0);
  }

  has(slot: number): boolean {
    return this.bits.has(slot);
  }

  count(slot: number): number {
    return this.counters.get(slot) ?? 0;
  }

  get duration(): number | bigint {
    return traceDuration({ id: this.id, spans: this.spans.slice(0, this.spanCount), complete: false });
  }

  private set(atom: Atom): void {
    if (atom.kind === 'has') this.bits.add(atom.slot);
    else this.counters.set(atom.slot, this.count(atom.slot) + 1);
  }
}
