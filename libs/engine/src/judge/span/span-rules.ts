import type { Evidence, RuleIndex, TypeFailure } from '#dsl';
import type { Assembly } from '../../assembly/assembly.js';
import type { Row, SpanIndex } from '../../index-types.js';
import { ColumnSpan } from '../../rules/buffered-span.js';
import { lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';
import { isOf } from '../../verdict/emitted-verdicts.js';
import { explain } from '../guarded-calls.js';
import { namedSpan } from '../kept-spans.js';
import { reasonOf } from '../value-errors.js';
import type { Verdicts } from '../verdicts.js';

/** Rules about one span alone: judged on arrival, by the epoch of the trace. Rules added later are judged by the epoch in force. */
export class SpanRules {
  constructor(
    private readonly assembly: Assembly,
    private readonly verdicts: Verdicts,
  ) {}

  /**
   * Span `i` of the record that the epoch has evaluated.
   * @param home the epoch under which the span's trace opened, if it is another
   */
  judge(epoch: Epoch, row: Row, i: SpanIndex, home?: Epoch): void {
    if (epoch.matchesAlone[i] === 0) return;
    const { words, spanRuleMask } = epoch.rules.compiled;
    const { matched } = epoch;
    const base = i * words;
    for (let word = 0; word < words; word++) {
      let bits = matched[base + word]! & spanRuleMask[word]!;
      while (bits !== 0) {
        this.matches(epoch, row, i, lowestCondition(word, bits), home);
        bits &= bits - 1;
      }
    }
  }

  /** Like `judge`, for rules that report a value of a wrong type as a violation; call it only where there was one. */
  judgeFailures(epoch: Epoch, row: Row, i: SpanIndex, home?: Epoch): void {
    const { compiled, plan } = epoch.rules;
    if (plan.strict === undefined) return;
    for (let word = 0; word < compiled.words; word++) {
      for (let bits = epoch.failed[i * compiled.words + word]! & compiled.spanRuleMask[word]!; bits !== 0; bits &= bits - 1) {
        const condition = lowestCondition(word, bits);
        const rules = plan.strict.ofSpans[condition]!;
        const failure = rules.length === 0 ? undefined : compiled.failureOf(condition, epoch.columns, i);
        if (failure !== undefined) this.violate(epoch, row, i, rules, home, failure);
      }
    }
  }

  private matches(epoch: Epoch, row: Row, i: SpanIndex, condition: number, home: Epoch | undefined): void {
    this.violate(epoch, row, i, epoch.rules.compiled.rulesOfCondition[condition]!, home);
  }

  /** @param failure why it is unknown whether the span matches */
  private violate(epoch: Epoch, row: Row, i: SpanIndex, rules: readonly RuleIndex[], home: Epoch | undefined, failure?: TypeFailure): void {
    const { definitions } = epoch.rules;
    const span = new ColumnSpan(epoch.columns, i, epoch.rules.columnOf, epoch.rules.resourceColumnOf);
    const evidence: Evidence = {
      span,
      spanCount: this.assembly.traces.spanCount(row),
      atom: () => ({ count: 0, witnesses: [] }),
    };
    for (const rule of rules) {
      // A later epoch may lack the rule; so may the one in force when a span in progress is judged at last.
      if (epoch.alive[rule] === 0) continue;
      const definition = definitions[rule]!;
      if (home?.goesOn(definition.id) === true) continue;
      const named = namedSpan(epoch.columns, i);
      const last = home === undefined ? undefined : this.verdicts.lastOf(definition, row, named);
      if (last?.status === 'open' && isOf(last, definition)) continue;
      const explanation = explain(epoch, rule, evidence);
      if (last?.status !== 'open') epoch.accounts[rule]!.matches++;
      this.verdicts.emit({
        rule: definition,
        row,
        span: named,
        aboutSpan: true,
        alone: true,
        revision: (last?.revision ?? 0) + 1,
        status: 'open',
        before: last?.status,
        closeReason: 'certain',
        ...(failure === undefined ? { explanation } : { byError: true, explanation: { ...explanation, summary: reasonOf({ failure }) } }),
      });
    }
  }
}
