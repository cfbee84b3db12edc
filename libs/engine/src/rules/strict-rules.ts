import type { CompiledRuleSet, RuleIndex } from '#dsl';
import type { RuleDefinition } from '#records';
import { maskOf } from './condition-mask.js';

/** The rules that report values of a wrong type (`RuleDefinition.onError`). */
export interface StrictRules {
  readonly rules: ReadonlySet<RuleIndex>;
  /** Per condition: the rules whose errors are reported once per trace; per word: these conditions. */
  readonly ofTraces: readonly (readonly RuleIndex[])[];
  readonly mask: Uint32Array;
  /** Per condition: the rules about one span alone; each such span is a violation. */
  readonly ofSpans: readonly (readonly RuleIndex[])[];
  /** Some errors are reported per trace. */
  readonly judgesTraces: boolean;
}

/**
 * Undefined where there are none, so that most rule sets have no cost.
 * @param rulesOfFailure per condition: the rules that fail on a span when the condition does
 */
export function strictRulesOf(
  { rules, words }: CompiledRuleSet,
  definitions: readonly RuleDefinition[],
  rulesOfFailure: readonly (readonly RuleIndex[])[],
): StrictRules | undefined {
  const strict = new Set(rules.map(({ index }) => index).filter((rule) => (definitions[rule]!.onError ?? 'no_match') !== 'no_match'));
  if (strict.size === 0) return undefined;
  const isOfSpans = (rule: RuleIndex): boolean => rules[rule]!.needs === 'span' && definitions[rule]!.onError === 'violation';
  const ofTraces = rulesOfFailure.map((some) => some.filter((rule) => strict.has(rule) && !isOfSpans(rule)));
  return {
    rules: strict,
    ofTraces,
    mask: maskOf(
      words,
      [...ofTraces.keys()].filter((condition) => ofTraces[condition]!.length > 0),
    ),
    ofSpans: rulesOfFailure.map((some) => some.filter((rule) => strict.has(rule) && isOfSpans(rule))),
    judgesTraces: [...strict].some((rule) => !isOfSpans(rule)),
  };
}
