import type { RuleIndex } from '#dsl';
import type { RuleAccount } from '../accounting.js';
import type { Row, SpanIndex } from '../index-types.js';
import { lowestCondition } from '../rules/condition-mask.js';
import type { Epoch } from '../rules/epoch.js';
import type { RuleSet } from '../rules/rule-set.js';
import { isOf } from '../verdict/emitted-verdicts.js';
import { namedSpan } from './kept-spans.js';
import { errorExplanation, undecidedBy } from './reports.js';
import type { UndecidedLimit } from './undecided-limit.js';
import { EXCEEDED, isBefore, KEPT_BYTES, type ValueError } from './value-errors.js';
import type { RuleFinding, Verdicts } from './verdicts.js';

interface LaterError {
  readonly rules: RuleSet;
  readonly rule: RuleIndex;
  readonly account: RuleAccount;
  readonly error: ValueError;
}

/**
 * Failures of rules about one span alone that were added while a trace was open: the first failing span per trace and rule, reported when the trace is
 * forgotten. (The trace's home epoch does not have these rules, and reports its own at the close.)
 */
export class LaterErrors {
  private readonly errors = new Map<Row, Map<string, LaterError>>();
  private kept = 0;

  constructor(
    private readonly verdicts: Verdicts,
    private readonly limit: UndecidedLimit,
  ) {}

  /** Approximate bytes in use. */
  get bytes(): number {
    return this.kept * KEPT_BYTES;
  }

  /** Something failed on span `i` of the epoch's record; its trace opened under another epoch, `home`. */
  note(epoch: Epoch, row: Row, i: SpanIndex, home: Epoch): void {
    const { definitions, compiled, plan } = epoch.rules;
    const isAsked = (rule: RuleIndex): boolean => compiled.rules[rule]!.needs === 'span' && !home.goesOn(definitions[rule]!.id);
    for (const condition of epoch.inDoubt.get(i) ?? []) {
      const rules = compiled.rulesOfCondition[condition]!.filter(isAsked);
      this.keep(epoch, row, i, rules, () => ({ failure: EXCEEDED, exceeded: true }));
    }
    if (plan.strict === undefined) return;
    for (let word = 0; word < compiled.words; word++) {
      for (let bits = epoch.failed[i * compiled.words + word]! & plan.strict.mask[word]!; bits !== 0; bits &= bits - 1) {
        const condition = lowestCondition(word, bits);
        const failure = compiled.failureOf(condition, epoch.columns, i);
        if (failure !== undefined) this.keep(epoch, row, i, plan.strict.ofTraces[condition]!.filter(isAsked), () => ({ failure }));
      }
    }
  }

  /** The trace is about to be forgotten. @param isInForce whether a rule is in force, in any version */
  tell(row: Row, isInForce: (ruleId: string) => boolean): void {
    const errors = this.errors.get(row);
    if (errors === undefined) return;
    this.errors.delete(row);
    this.kept -= errors.size;
    for (const [ruleId, error] of errors) if (isInForce(ruleId)) this.tellOne(row, error);
  }

  private keep(
    epoch: Epoch,
    row: Row,
    i: SpanIndex,
    rules: readonly RuleIndex[],
    failed: () => Pick<ValueError, 'failure' | 'exceeded'>,
  ): void {
    if (rules.length === 0) return;
    const error: ValueError = { ...failed(), alone: true, span: namedSpan(epoch.columns, i), conditions: [] };
    let ofTrace = this.errors.get(row);
    if (ofTrace === undefined) this.errors.set(row, (ofTrace = new Map()));
    for (const rule of rules) {
      const { id } = epoch.rules.definitions[rule]!;
      const existing = ofTrace.get(id);
      if (existing === undefined) this.kept++;
      else if (!isBefore(error, existing.error)) continue;
      ofTrace.set(id, { rules: epoch.rules, rule, account: epoch.accounts[rule]!, error });
    }
  }

  private tellOne(row: Row, { rules, rule, account, error }: LaterError): void {
    const definition = rules.definitions[rule]!;
    const last = this.verdicts.lastOf(definition, row, undefined);
    // A former rule of this id has reported something in the trace, or this one has.
    if (last?.status === 'open' || (last?.status === 'undecided' && isOf(last, definition))) return;
    const undecided = undecidedBy(error);
    const finding: RuleFinding = {
      rule: definition,
      row,
      span: error.span,
      aboutSpan: false,
      revision: (last?.revision ?? 0) + 1,
      status: 'undecided',
      before: last?.status,
      undecided,
      byError: true,
      closeReason: 'late_span',
      explanation: errorExplanation(rules, rule, error),
    };
    if (last?.status !== 'undecided') account.countUndecided(undecided.code);
    if (last !== undefined || this.limit.admits(finding.rule, row, undecided, () => this.verdicts.verdict(finding)))
      this.verdicts.emit(finding);
  }
}
