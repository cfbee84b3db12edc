import type { RuleIndex } from '#dsl';
import { type CompiledRule, type CompiledRuleSet, FALSE, type OnlineTrace } from '#dsl';
import type { RuleDefinition } from '#records';
import { type BufferPlan, bufferPlanOf } from './buffer-plan.js';
import { maskOf } from './condition-mask.js';
import { namedAtoms } from './named-atoms.js';
import { type StrictRules, strictRulesOf } from './strict-rules.js';

/**
 * The parts of a rule set that the engine evaluates on each span and each trace, computed once per epoch. All numbers are indexes into the compiled rule
 * set's lists.
 */
export interface JudgePlan {
  /**
   * Per atom: the rules over the trace to decide again whenever it changes; and those that it can decide only once their key atom is fed. The key is the
   * required atom that the fewest rules read.
   */
  readonly rulesOfAtom: readonly (readonly RuleIndex[])[];
  readonly rulesAwaitingKey: readonly (readonly RuleIndex[])[];
  /** Per atom: the rules whose key it is. */
  readonly rulesOfKey: readonly (readonly RuleIndex[])[];
  /** Per atom: whether a violation may name the spans that fed it. Then the first spans are kept, otherwise one. */
  readonly namedAtoms: readonly boolean[];
  /** Per atom: the mixed rules that read it. */
  readonly mixedOfAtom: readonly (readonly RuleIndex[])[];
  /** Online rules that any span may decide: they read the trace's totals, or no atom at all. */
  readonly rulesOnEverySpan: readonly RuleIndex[];
  /** Per condition: the rules that fail on a span when the condition does. */
  readonly rulesOfFailure: readonly (readonly RuleIndex[])[];
  /** Undefined where no rule says `onError`. */
  readonly strict: StrictRules | undefined;
  /** Some rule may report values that could not be compared, or exceeded steps, per trace. */
  readonly tellsErrors: boolean;
  readonly spanRules: readonly RuleIndex[];
  /** Online rules over the trace. */
  readonly traceRules: readonly RuleIndex[];
  /** Per rule: its index in `traceRules`, which is its bit among the settled ones; otherwise -1. */
  readonly settledBit: readonly number[];
  /** Per rule: true for a rule over the trace that is false until its key atom is fed (without a key: any of its atoms). */
  readonly falseUntilFed: readonly boolean[];
  /** Online rules with a subject span ("mixed": `span.x and not trace.has(y)`). */
  readonly mixedRules: readonly RuleIndex[];
  /** Per condition that a span must satisfy: the mixed rules. And the mixed rules without such a condition. */
  readonly mixedOfCondition: readonly (readonly RuleIndex[])[];
  readonly mixedOfAnySpan: readonly RuleIndex[];
  /** Per word: the conditions in `mixedOfCondition`. */
  readonly mixedMask: Uint32Array;
  /** Rules judged at close, on columns of the trace's spans or on whole spans. */
  readonly bufferedRules: readonly RuleIndex[];
  readonly columns: BufferPlan;
  readonly wholeSpans: BufferPlan;
  /** Online rules keep state per trace. */
  readonly online: boolean;
  /** Some rule needs more than one span. */
  readonly judgesTraces: boolean;
  /** Some online rule over the trace may match without a witness: its violation names the root, or the first span. */
  readonly namesAnySpan: boolean;
  /** Some online rule reads spanCount or duration. */
  readonly totals: boolean;
}

export function planOf(compiled: CompiledRuleSet, definitions: readonly RuleDefinition[]): JudgePlan {
  const { rules, conditions, atoms } = compiled;
  const select = (isSelected: (rule: CompiledRuleSet['rules'][number]) => boolean): RuleIndex[] =>
    rules.filter(isSelected).map((rule) => rule.index);
  const traceRules = select((rule) => rule.needs === 'online' && rule.subject === 'trace');
  const mixedRules = select((rule) => rule.needs === 'online' && rule.subject === 'span');
  const onlineRules = select((rule) => rule.needs === 'online');
  const conditionsOf = (rule: RuleIndex): Set<number> => {
    const { condition, atoms: own, spanConditions, buffered } = rules[rule]!;
    // Where a subject fails at close, its rule fails and is charged then.
    const tests = buffered?.conditions.filter((test) => test !== buffered.candidate) ?? [];
    return new Set([condition, ...spanConditions, ...own.map((atom) => atoms[atom]!.condition), ...tests]);
  };
  const keys = keysOf(traceRules.map((rule) => rules[rule]!));
  const falseUntilFed = rules.map((rule) => rule.needs === 'online' && rule.subject === 'trace' && (keys.has(rule.index) || isQuiet(rule)));
  const all = rules.map(({ index }) => index);
  const atomsOf = (rule: RuleIndex): readonly number[] => rules[rule]!.atoms;
  const keyOf = (rule: RuleIndex): readonly number[] => [keys.get(rule) ?? -1];
  const isLocked = (rule: RuleIndex, atom: number): boolean => (keys.get(rule) ?? atom) !== atom;
  const rulesOfFailure = listed(conditions.length, all, conditionsOf);
  const strict = strictRulesOf(compiled, definitions, rulesOfFailure);
  return {
    rulesOfAtom: listed(atoms.length, traceRules, (rule) => atomsOf(rule).filter((atom) => !isLocked(rule, atom))),
    rulesAwaitingKey: listed(atoms.length, traceRules, (rule) => atomsOf(rule).filter((atom) => isLocked(rule, atom))),
    rulesOfKey: listed(atoms.length, traceRules, keyOf),
    namedAtoms: namedAtoms(compiled),
    mixedOfAtom: listed(atoms.length, mixedRules, atomsOf),
    rulesOnEverySpan: onlineRules.filter((rule) => rules[rule]!.readsTotals === true || rules[rule]!.atoms.length === 0),
    rulesOfFailure,
    strict,
    tellsErrors: strict !== undefined || compiled.doubtful.length > 0,
    spanRules: select((rule) => rule.needs === 'span'),
    traceRules,
    falseUntilFed,
    namesAnySpan: strict !== undefined || traceRules.some((rule) => falseUntilFed[rule] !== true),
    settledBit: placesOf(traceRules, rules.length),
    mixedRules,
    mixedOfCondition: listed(conditions.length, mixedRules, (rule) => [rules[rule]!.condition]),
    mixedMask: maskOf(
      compiled.words,
      mixedRules.map((rule) => rules[rule]!.condition).filter((condition) => condition >= 0),
    ),
    mixedOfAnySpan: mixedRules.filter((rule) => rules[rule]!.condition < 0),
    bufferedRules: select((rule) => rule.needs === 'columns' || rule.needs === 'spans'),
    columns: bufferPlanOf(compiled, 'columns'),
    wholeSpans: bufferPlanOf(compiled, 'spans'),
    online: onlineRules.length > 0,
    judgesTraces: rules.some(({ needs }) => needs !== 'span') || strict?.judgesTraces === true || compiled.doubtful.length > 0,
    totals: rules.some((rule) => rule.readsTotals === true),
  };
}

/** Per index of a list of this length: the rules that name it, in order. Visits only named indexes, not rules × indexes. */
function listed(count: number, rules: readonly RuleIndex[], placesOfRule: (rule: RuleIndex) => Iterable<number>): RuleIndex[][] {
  const lists = Array.from({ length: count }, (): RuleIndex[] => []);
  for (const rule of rules) for (const place of new Set(placesOfRule(rule))) lists[place]?.push(rule);
  return lists;
}

/** Per rule its index in `some`; -1 if it is not there. */
function placesOf(some: readonly RuleIndex[], count: number): number[] {
  const places = Array.from({ length: count }, () => -1);
  for (const [place, rule] of some.entries()) places[rule] = place;
  return places;
}

/** Per rule that needs atoms: the one that the fewest rules read. */
function keysOf(rules: readonly CompiledRule[]): ReadonlyMap<RuleIndex, number> {
  const uses = new Map<number, number>();
  for (const atom of rules.flatMap(({ atoms }) => atoms)) uses.set(atom, (uses.get(atom) ?? 0) + 1);
  const keys = new Map<RuleIndex, number>();
  for (const { index, neededAtoms = [] } of rules) {
    const [key] = neededAtoms.toSorted((a, b) => uses.get(a)! - uses.get(b)!);
    if (key !== undefined) keys.set(index, key);
  }
  return keys;
}

/** The view of a rule when none of its atoms is set. Inputs other than atoms differ from trace to trace. */
const NOTHING_FED: OnlineTrace = {
  has: () => false,
  count: () => 0,
  get spanCount(): number {
    throw new Differs();
  },
  get duration(): number {
    throw new Differs();
  },
  get id(): string {
    throw new Differs();
  },
};

class Differs extends Error {}

function isQuiet(rule: CompiledRule): boolean {
  try {
    return rule.conclude!(NOTHING_FED, 0) === FALSE;
  } catch (error) {
    if (error instanceof Differs) return false;
    throw error;
  }
}
