import type { CompiledRule, CompiledRuleSet, Needs, RuleIndex } from '#dsl';
import { maskOf } from './condition-mask.js';

/** The conditions that rules judged on one kind of buffered spans read of each span, and when these rules need judging. */
export interface BufferPlan {
  readonly rules: readonly RuleIndex[];
  /** Per word: the conditions whose spans the rules read or need; and those whose failures they read. */
  readonly mask: Uint32Array;
  readonly candidateMask: Uint32Array;
  /** Spans on which no condition holds or fails are kept, too. */
  readonly everySpan: boolean;
  /** Rules to judge on every trace. */
  readonly always: readonly RuleIndex[];
  /** Per condition: the rules that are judged only if it held or failed on some span. */
  readonly rulesOfTrigger: ReadonlyMap<number, readonly RuleIndex[]>;
}

export function bufferPlanOf(compiled: CompiledRuleSet, needs: Needs): BufferPlan {
  const rules = compiled.rules.filter((rule) => rule.needs === needs);
  const triggers = triggersOf(rules);
  const rulesOfTrigger = new Map<number, RuleIndex[]>();
  rules.forEach(({ index }, place) => {
    const trigger = triggers[place];
    if (trigger === undefined) return;
    const existing = rulesOfTrigger.get(trigger);
    if (existing === undefined) rulesOfTrigger.set(trigger, [index]);
    else existing.push(index);
  });
  return {
    rules: rules.map(({ index }) => index),
    mask: maskOf(
      compiled.words,
      rules.flatMap(({ buffered }) => [...(buffered?.conditions ?? []), ...(buffered?.needed ?? [])]),
    ),
    candidateMask: maskOf(
      compiled.words,
      rules.map(({ buffered }) => buffered?.candidate ?? -1).filter((condition) => condition >= 0),
    ),
    everySpan: rules.some(({ buffered }) => buffered?.everySpan ?? true),
    always: rules.filter((_rule, place) => triggers[place] === undefined).map(({ index }) => index),
    rulesOfTrigger,
  };
}

/** Of the conditions that a rule needs, the one that the fewest rules need: it excludes the most. */
function triggersOf(rules: readonly CompiledRule[]): readonly (number | undefined)[] {
  const uses = new Map<number, number>();
  const neededBy = rules.map(({ buffered }) => buffered?.needed ?? []);
  for (const condition of neededBy.flat()) uses.set(condition, (uses.get(condition) ?? 0) + 1);
  return neededBy.map((needed) => needed.toSorted((a, b) => uses.get(a)! - uses.get(b)!)[0]);
}
