import { type CheckedRule, type CompiledRuleSet, check, compileRules, type Diagnostic, type EvaluationOptions } from '#dsl';
import type { ColumnOf } from './judge/buffered-span.js';
import { type JudgePlan, planOf } from './judge/plan.js';
import type { RuleDefinition } from './settings.js';

/** A rule that is not part of its rule set, and why. Rules are checked before they are saved, so this is another version's. */
export interface RuleProblem {
  readonly ruleId: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** The rules of one epoch, compiled. Immutable; engines of many partitions (of one thread) share it. */
export class RuleSet {
  readonly plan: JudgePlan;
  readonly columnOf: ColumnOf;
  readonly resourceColumnOf: ColumnOf;
  private readonly keys: ReadonlySet<string>;

  private constructor(
    readonly epoch: number,
    /** The rules in force, in the order of `compiled.rules`. */
    readonly definitions: readonly RuleDefinition[],
    readonly compiled: CompiledRuleSet,
    readonly problems: readonly RuleProblem[],
  ) {
    this.plan = planOf(compiled);
    this.columnOf = new Map(compiled.reads.attributes.map((key, column) => [key, column]));
    this.resourceColumnOf = new Map(compiled.reads.resourceAttributes.map((key, column) => [key, column]));
    this.keys = new Set(definitions.map(keyOf));
  }

  /** Compiles what can be compiled; the rest is in `problems`. Never throws because of a rule. */
  static compile(epoch: number, rules: readonly RuleDefinition[], options: EvaluationOptions = {}): RuleSet {
    const good: { readonly definition: RuleDefinition; readonly checked: CheckedRule }[] = [];
    const problems: RuleProblem[] = [];
    for (const definition of rules) {
      const checked = check(definition.expression);
      if (checked.ok) good.push({ definition, checked: checked.rule });
      else problems.push({ ruleId: definition.id, diagnostics: checked.diagnostics });
    }
    const compiled = compileRules(
      good.map(({ definition, checked }) => ({ id: definition.id, checked })),
      options,
    );
    return new RuleSet(
      epoch,
      good.map(({ definition }) => definition),
      compiled,
      problems,
    );
  }

  /** Whether a rule is in force here in the very same version. */
  hasUnchanged(definition: RuleDefinition): boolean {
    return this.keys.has(keyOf(definition));
  }
}

function keyOf({ id, name, version, expression, severity, message }: RuleDefinition): string {
  return JSON.stringify([id, name, version, expression, severity, message]);
}
