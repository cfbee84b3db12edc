import type { RuleIndex } from '#dsl';
import type { Assembly } from '../../assembly/assembly.js';
import type { Row } from '../../index-types.js';
import type { Epoch } from '../../rules/epoch.js';
import type { KeptSpans } from '../kept-spans.js';
import { FIRST_SPAN, ROOT } from '../online-evidence.js';

/**
 * The rules over a trace to conclude: those with a fed atom. On the others nothing holds, as on nearly every trace, and their result for that is known
 * (judge-plan.ts).
 */
export class FedRules {
  /** Per rule: the number of the last trace for which it was fed. */
  private marks = new Float64Array(0);
  private trace = 0;

  constructor(
    private readonly assembly: Assembly,
    private readonly kept: KeptSpans,
  ) {}

  /** Selects a trace. Each atom that was fed has kept a witness. */
  of(epoch: Epoch, row: Row): void {
    const { compiled, plan } = epoch.rules;
    if (this.marks.length < compiled.rules.length) this.marks = new Float64Array(compiled.rules.length);
    this.trace++;
    for (let slot = this.assembly.traces.witnesses(row); slot !== 0; slot = this.kept.next(slot)) {
      const atom = this.kept.tag(slot);
      if (atom === ROOT || atom === FIRST_SPAN) continue;
      for (const rule of plan.rulesOfAtom[atom]!) this.marks[rule] = this.trace;
    }
  }

  has(rule: RuleIndex): boolean {
    return this.marks[rule] === this.trace;
  }
}
