import type { EvaluationOptions } from '#dsl';
import type { RuleDefinition } from '#records';
import { RuleSet } from './rule-set.js';

/** The rules of an epoch, as an engine takes them at the epoch's marker: compiled when the first span comes under them. */
export interface EpochRules {
  readonly epoch: number;
  /** Whether a rule is in force here, in whatever version. */
  has(ruleId: string): boolean;
  /** Compiled; the same object at every call. */
  ruleSet(): RuleSet;
}

/**
 * The rules of an epoch that nothing has come under yet. A thousand changes in a row are a thousand of these and one compilation:
 * that of the last.
 */
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
