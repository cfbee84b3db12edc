import {
  arrivalCost,
  type Checked,
  type CheckedRule,
  type CompiledRuleSet,
  checkSaved,
  compileRules,
  type Diagnostic,
  type EvaluationOptions,
} from '#dsl';
import { ON_ERROR, type RuleDefinition } from '#records';
import type { EpochRules } from './epoch-rules.js';
import { type JudgePlan, planOf } from './judge-plan.js';

/** The column that holds an attribute. */
export type ColumnOf = ReadonlyMap<string, number>;

/** A rule that its rule set leaves out, and why. Rules are checked before they are saved, so another version saved this one. */
export interface RuleProblem {
  readonly ruleId: string;
  /** The first diagnostic, or the compiler's defect. */
  readonly reason: string;
  readonly diagnostics: readonly Diagnostic[];
}

interface GoodRule {
  readonly definition: RuleDefinition;
  readonly checked: CheckedRule;
}

/** The rules of one epoch, compiled. Immutable; engines of many partitions (of one thread) share it. */
export class RuleSet implements EpochRules {
  readonly plan: JudgePlan;
  readonly columnOf: ColumnOf;
  readonly resourceColumnOf: ColumnOf;
  /** The rules that report traces that comply. */
  readonly evidence: readonly RuleDefinition[];
  /** Including rules left out because of errors: they are in force, and not judged. */
  private readonly ids: ReadonlySet<string>;
  /** By id, built on first use. */
  private places: ReadonlyMap<string, number> | undefined;

  private constructor(
    readonly epoch: number,
    /** The rules in force, in the order of `compiled.rules`. */
    readonly definitions: readonly RuleDefinition[],
    readonly compiled: CompiledRuleSet,
    readonly problems: readonly RuleProblem[],
    /** Per rule: its estimated share (0 to 1) of the time that all conditions take on a span. */
    readonly shares: readonly number[],
  ) {
    this.evidence = definitions.filter(({ evidence = [] }) => evidence.length > 0);
    this.plan = planOf(compiled, definitions);
    this.columnOf = new Map(compiled.reads.attributes.map((key, column) => [key, column]));
    this.resourceColumnOf = new Map(compiled.reads.resourceAttributes.map((key, column) => [key, column]));
    this.ids = new Set([...definitions.map(({ id }) => id), ...problems.map(({ ruleId }) => ruleId)]);
  }

  /** Compiles what can be compiled; the rest is in `problems`. Never throws because of a rule. */
  static compile(epoch: number, rules: readonly RuleDefinition[], options: EvaluationOptions = {}): RuleSet {
    const good: GoodRule[] = [];
    const problems: RuleProblem[] = [];
    for (const definition of rules) {
      const checked = checkedOrDefect(definition);
      if ('defect' in checked) problems.push({ ruleId: definition.id, reason: checked.defect, diagnostics: [] });
      else if (checked.ok) good.push({ definition, checked: checked.rule });
      else problems.push({ ruleId: definition.id, reason: reasonOf(checked.diagnostics), diagnostics: checked.diagnostics });
    }
    try {
      return RuleSet.of(epoch, good, problems, options);
    } catch {
      return RuleSet.withoutDefects(epoch, good, problems, options);
    }
  }

  /** The compiler met a defect: leaves out the rules that cause it alone. Throws when there is none. */
  private static withoutDefects(
    epoch: number,
    rules: readonly GoodRule[],
    problems: readonly RuleProblem[],
    options: EvaluationOptions,
  ): RuleSet {
    const good: GoodRule[] = [];
    const found = [...problems];
    for (const rule of rules) {
      try {
        RuleSet.of(epoch, [rule], [], options);
        good.push(rule);
      } catch (error) {
        found.push({ ruleId: rule.definition.id, reason: defectOf(error), diagnostics: [] });
      }
    }
    return RuleSet.of(epoch, good, found, options);
  }

  private static of(epoch: number, rules: readonly GoodRule[], problems: readonly RuleProblem[], options: EvaluationOptions): RuleSet {
    const compiled = compileRules(
      rules.map(({ definition, checked }) => ({
        id: definition.id,
        checked,
        tellsErrors: (definition.onError ?? 'no_match') !== 'no_match',
      })),
      options,
    );
    return new RuleSet(
      epoch,
      rules.map(({ definition }) => definition),
      compiled,
      problems,
      sharesOf(rules.map(({ checked }, index) => arrivalCost(compiled.rules[index]!, checked))),
    );
  }

  has(ruleId: string): boolean {
    return this.ids.has(ruleId);
  }

  ruleSet(): RuleSet {
    return this;
  }

  /** The index of a rule among the judged ones, in any version; -1 if it is not judged. */
  placeOf(ruleId: string): number {
    this.places ??= new Map(this.definitions.map(({ id }, place) => [id, place]));
    return this.places.get(ruleId) ?? -1;
  }
}

function sharesOf(costs: readonly number[]): readonly number[] {
  const sum = costs.reduce((all, cost) => all + cost, 0);
  return costs.map((cost) => (sum === 0 ? 1 / costs.length : cost / sum));
}

/** A rule that a later rule set has unchanged, as the same object, is not checked again. */
const CHECKED = new WeakMap<RuleDefinition, Checked>();

function reasonOf(diagnostics: readonly Diagnostic[]): string {
  const first = diagnostics.find(({ severity }) => severity === 'error');
  return first === undefined ? 'it has errors' : `${first.code}: ${first.message}`;
}

function checkedOrDefect(definition: RuleDefinition): Checked | { readonly defect: string } {
  try {
    const newer = newerMember(definition);
    return newer === undefined ? checkedOnce(definition) : { defect: newer };
  } catch (error) {
    return { defect: defectOf(error) };
  }
}

/** A rule's judgement settings, with the values that this version knows; `true`: any. */
const MEMBERS: Readonly<Record<keyof RuleDefinition | 'mode', true | readonly string[]>> = {
  id: true,
  name: true,
  version: true,
  expression: true,
  severity: true,
  message: true,
  onError: ON_ERROR,
  evidence: true,
  mode: ['shadow'],
};

/** A rule of a newer version may have settings that this version would ignore, and so judge it wrongly. */
function newerMember(definition: RuleDefinition): string | undefined {
  for (const [member, value] of Object.entries(definition)) {
    const values = Object.hasOwn(MEMBERS, member) ? MEMBERS[member as keyof typeof MEMBERS] : [];
    if (value === undefined || values === true || values.includes(value as string)) continue;
    const description = values.length === 0 ? `"${member}"` : `"${member}": ${JSON.stringify(value)?.slice(0, 100)}`;
    return `it has ${description}, which this version of BeTrace does not know; a newer version saved it`;
  }
  return undefined;
}

function defectOf(error: unknown): string {
  return `it cannot be compiled: ${String(error)}`;
}

function checkedOnce(definition: RuleDefinition): Checked {
  let checked = CHECKED.get(definition);
  if (checked === undefined) CHECKED.set(definition, (checked = checkSaved(definition.expression)));
  return checked;
}
