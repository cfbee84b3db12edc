import type { Evidence, RuleIndex, SpanReference } from '#dsl';
import type { Assembly } from '../assembly/assembly.js';
import type { Row } from '../index-types.js';
import type { Epoch } from '../rules/epoch.js';
import { mayName } from '../rules/named-atoms.js';
import type { AtomWitnesses } from './atom-witnesses.js';
import type { Doubts } from './doubts.js';
import { type KeptSpans, type NamedSpan, referenceTo } from './kept-spans.js';
import type { Verdicts } from './verdicts.js';
import type { UnknownBits } from './worlds.js';

/** Tags of the span that represents its trace, the first of its chain. Witnesses have their atom's index. */
export const ROOT = 0xffffffff;
/** The first span, until the root comes. */
export const FIRST_SPAN = 0xfffffffe;

/** The state of a trace for its online rules, as explanations read it. */
export class OnlineEvidence {
  constructor(
    private readonly assembly: Assembly,
    private readonly kept: KeptSpans,
    private readonly atomWitnesses: AtomWitnesses,
    private readonly doubts: Doubts,
    private readonly verdicts: Verdicts,
  ) {}

  /** @param span the answers about the span, for a rule about a span in its trace */
  of(epoch: Epoch, row: Row, rule: RuleIndex, span?: Pick<UnknownBits, 'bits' | 'inDoubt'>): Evidence {
    const { traces } = this.assembly;
    const state = traces.state(row);
    const doubts = this.doubts.of(row);
    const atom: Evidence['atom'] = (index) => {
      const { compiled } = epoch.rules;
      const { kind, slot, condition } = compiled.atoms[index]!;
      const count = kind === 'count' ? epoch.states.counted(state, slot) : epoch.states.has(state, slot) ? this.fed(row, index) : 0;
      const inDoubt = doubts?.get(condition)?.inDoubt ?? 0;
      // Another rule may need more spans; this rule does not show them.
      const witnesses = (): readonly SpanReference[] => this.witnesses(row, index, mayName(compiled.rules[rule]!, compiled.atoms[index]!));
      // Most callers need the number only.
      return {
        count,
        inDoubt,
        get witnesses() {
          return witnesses();
        },
      };
    };
    const spanCount = traces.spanCount(row);
    const totals = epoch.rules.plan.totals ? { duration: epoch.states.duration(state) } : {};
    const bits = span === undefined ? {} : { spanBits: span.bits, ...(span.inDoubt === 0 ? {} : { spanBitsInDoubt: span.inDoubt }) };
    return { atom, spanCount, traceId: this.verdicts.traceId(row), ...totals, ...bits };
  }

  /** The span that a verdict on the whole trace names: the rule's first witness, else the root, else the first span. */
  spanFor(epoch: Epoch, row: Row, rule: RuleIndex): NamedSpan | undefined {
    for (const atom of epoch.rules.compiled.rules[rule]!.atoms) {
      const witness = this.tagged(row, atom);
      if (witness !== 0) return this.kept.named(witness);
    }
    const standIn = this.assembly.traces.witnesses(row);
    return standIn === 0 ? undefined : this.kept.named(standIn);
  }

  /** The first spans that fed an atom: as many as an explanation names, or one. */
  private witnesses(row: Row, index: number, isNamed: boolean): readonly SpanReference[] {
    const witness = this.tagged(row, index);
    if (witness === 0) return [];
    return isNamed ? this.atomWitnesses.all(witness).map(referenceTo) : [referenceTo(this.kept.named(witness))];
  }

  /** How many spans fed a bit that is set. */
  private fed(row: Row, index: number): number {
    return this.kept.fed(this.tagged(row, index));
  }

  private tagged(row: Row, tag: number): number {
    let slot = this.assembly.traces.witnesses(row);
    while (slot !== 0 && this.kept.tag(slot) !== tag) slot = this.kept.next(slot);
    return slot;
  }
}
