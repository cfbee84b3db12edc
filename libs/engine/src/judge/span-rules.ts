import type { Evidence, TypeFailure } from '#dsl';
import type { Assembly } from '../assembly/assembly.js';
import { ROW_WORDS, SPANS } from '../assembly/trace-row.js';
import type { Epoch } from '../epoch.js';
import { explain } from './budget.js';
import { ColumnSpan } from './buffered-span.js';
import { namedSpan } from './kept-spans.js';
import { type Guest, LaterRules } from './later-rules.js';
import { reasonOf } from './value-errors.js';
import type { Verdicts } from './verdicts.js';

/** Rules about one span alone: judged at once, by the epoch in force when the span arrives. */
export class SpanRules {
  readonly later = new LaterRules();

  constructor(
    private readonly assembly: Assembly,
    private readonly verdicts: Verdicts,
  ) {}

  /**
   * Span `i` of the record that the epoch has evaluated. A span that matches nothing costs one AND per 32 conditions.
   * @param guest given if the span's trace opened under another epoch
   */
  judge(epoch: Epoch, row: number, i: number, guest?: Guest): void {
    const { words, spanRuleMask } = epoch.rules.compiled;
    const { matched } = epoch;
    const base = i * words;
    for (let word = 0; word < words; word++) {
      let bits = matched[base + word]! & spanRuleMask[word]!;
      while (bits !== 0) {
        this.matches(epoch, row, i, (word << 5) + 31 - Math.clz32(bits & -bits), guest);
        bits &= bits - 1;
      }
    }
  }

  /** As `judge`, for rules to which a value of another type is a violation; only where something failed so. */
  judgeFailures(epoch: Epoch, row: number, i: number, guest?: Guest): void {
    const { compiled, plan } = epoch.rules;
    if (plan.strict === undefined) return;
    for (let word = 0; word < compiled.words; word++) {
      for (let bits = epoch.failed[i * compiled.words + word]! & compiled.spanRuleMask[word]!; bits !== 0; bits &= bits - 1) {
        const condition = (word << 5) + 31 - Math.clz32(bits & -bits);
        const rules = plan.strict.ofSpans[condition]!;
        const failure = rules.length === 0 ? undefined : compiled.failureOf(condition, epoch.columns, i);
        if (failure !== undefined) this.violate(epoch, row, i, rules, guest, failure);
      }
    }
  }

  private matches(epoch: Epoch, row: number, i: number, condition: number, guest: Guest | undefined): void {
    this.violate(epoch, row, i, epoch.rules.compiled.rulesOfCondition[condition]!, guest);
  }

  /** @param failure why it is not known whether the span matches */
  private violate(epoch: Epoch, row: number, i: number, rules: readonly number[], guest: Guest | undefined, failure?: TypeFailure): void {
    const { definitions } = epoch.rules;
    const span = new ColumnSpan(epoch.columns, i, epoch.rules.columnOf, epoch.rules.resourceColumnOf);
    const evidence: Evidence = {
      span,
      spanCount: this.assembly.traces.rows[row * ROW_WORDS + SPANS]!,
      atom: () => ({ count: 0, witnesses: [] }),
    };
    for (const rule of rules) {
      // Of a span in progress, which is judged when its trace is forgotten, the rule may be gone.
      if (epoch.alive[rule] === 0) continue;
      if (guest !== undefined && !this.later.isNews(definitions[rule]!, row, namedSpan(epoch.columns, i), guest)) continue;
      const explanation = explain(epoch, rule, evidence);
      epoch.accounts[rule]!.matches++;
      this.verdicts.emit({
        rule: definitions[rule]!,
        row,
        span: namedSpan(epoch.columns, i),
        aboutSpan: true,
        alone: true,
        revision: 1,
        status: 'open',
        before: undefined,
        closeReason: 'certain',
        ...(failure === undefined ? { explanation } : { byError: true, explanation: { ...explanation, summary: reasonOf({ failure }) } }),
      });
    }
  }
}
