import type { EvaluationOptions } from '#dsl';
import type { RuleDefinition } from '#records';
import { RuleSet } from './rule-set.js';

/** The rules of an epoch, given to an engine at the epoch's marker. They are compiled when their first span comes. */
export interface EpochRules {
  readonly epoch: number;
  /** Whether a rule is in force here, in any version. */
  has(ruleId: string): boolean;
  /** The compiled rules; the same object at every call. */
  ruleSet(): RuleSet;
}

/** The rules of an epoch without spans so far. A thousand changes in a row cost a thousand of these and one compilation: of the last. */
export class UncompiledRules implements EpochRules {
  private compiled: RuleSet | undefined;
  private ids: ReadonlySet<string> | undefined;

  constructor(
    readonly epoch: number,
    readonly definitions: readonly RuleDefinition[],
    private readonly options: EvaluationOptions = {},
  ) {}

  has(ruleId: string): boolean {
    this.ids ??= new Set(this.definitions.map(({ id }) => id));
    return this.ids.has(ruleId);
  }

  ruleSet(): RuleSet {
    this.compiled ??= RuleSet.compile(this.epoch, this.definitions, this.options);
    return this.compiled;
  }
}
