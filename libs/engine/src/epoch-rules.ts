import type { EvaluationOptions } from '#dsl';
import { RuleSet, sameRule } from './rule-set.js';
import type { RuleDefinition } from './settings.js';

/** The rules of an epoch, as an engine takes them at the epoch's marker: compiled when the first span comes under them. */
export interface EpochRules {
  readonly epoch: number;
  /** Whether a rule is in force here in the very same version. */
  hasUnchanged(definition: RuleDefinition): boolean;
  /** Compiled; the same object at every call. */
  ruleSet(): RuleSet;
}

/**
 * The rules of an epoch that nothing has come under yet. A thousand changes in a row are a thousand of these and one compilation:
 * that of the last.
 */
export class UncompiledRules implements EpochRules {
  private compiled: RuleSet | undefined;
  private byId: ReadonlyMap<string, RuleDefinition> | undefined;

  constructor(
    readonly epoch: number,
    readonly definitions: readonly RuleDefinition[],
    private readonly options: EvaluationOptions = {},
  ) {}

  hasUnchanged(definition: RuleDefinition): boolean {
    this.byId ??= new Map(this.definitions.map((rule) => [rule.id, rule]));
    const here = this.byId.get(definition.id);
    return here !== undefined && sameRule(here, definition);
  }

  ruleSet(): RuleSet {
    this.compiled ??= RuleSet.compile(this.epoch, this.definitions, this.options);
    return this.compiled;
  }
}
