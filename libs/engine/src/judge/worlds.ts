import type { RuleIndex } from '#dsl';
import { type CompiledRule, type CompiledRuleSet, type OnlineTrace, TRUE } from '#dsl';
import type { Doubt } from './doubts.js';

/** The unknown bits of a span: conditions that exceed their budget, or fail on a value of a wrong type. */
export interface UnknownBits {
  readonly bits: number;
  readonly inDoubt: number;
  readonly mistyped: number;
}

/** The possible bits of a span, in addition to its known ones. */
export interface OpenBits {
  readonly bits: number;
  /** The unknown bits. */
  readonly open: number;
}

/** Why an answer is unknown. */
export type UnknownKind = 'inDoubt' | 'mistyped';

/** A rule's answer may be another, as far as is known. */
export type Possible = 'never' | 'always' | 'sometimes';

/** With more doubts than this, the answer counts as open. */
const MAX_WORLDS = 512;

/** A doubtful value: a bit of the trace, one of its counters, or a bit of its span. */
type Choice = (world: World) => void;

/**
 * Whether an online rule matches a trace, evaluated for each combination of unknown answers.
 * @param kinds the kinds of doubt to consider
 */
export function possible(
  compiled: CompiledRuleSet,
  rule: CompiledRule,
  trace: OnlineTrace,
  span: OpenBits,
  doubts: ReadonlyMap<number, Doubt> | undefined,
  kinds: readonly UnknownKind[],
): Possible {
  const choices = [...choicesOfTrace(compiled, rule, trace, doubts, kinds), ...choicesOfSpan(rule, span)];
  if (choices.reduce((worlds, { length }) => worlds * length, 1) > MAX_WORLDS) return 'sometimes';
  const world = new World(trace, span.bits);
  let matches = false;
  let matchesNot = false;
  const ask = (place: number): void => {
    const options = choices[place];
    if (options === undefined) {
      if (rule.conclude!(world, world.spanBits) === TRUE) matches = true;
      else matchesNot = true;
      return;
    }
    for (const choose of options) {
      choose(world);
      ask(place + 1);
    }
  };
  ask(0);
  return matches && matchesNot ? 'sometimes' : matches ? 'always' : 'never';
}

/** Some of the rule's atoms are about conditions with unknown answers. */
export function isInDoubt({ atoms, rules }: CompiledRuleSet, rule: RuleIndex, doubts: ReadonlyMap<number, Doubt>): boolean {
  return rules[rule]!.atoms.some((atom) => doubts.has(atoms[atom]!.condition));
}

function choicesOfTrace(
  compiled: CompiledRuleSet,
  { atoms }: CompiledRule,
  trace: OnlineTrace,
  doubts: ReadonlyMap<number, Doubt> | undefined,
  kinds: readonly UnknownKind[],
): readonly (readonly Choice[])[] {
  if (doubts === undefined) return [];
  return atoms.flatMap((index): readonly (readonly Choice[])[] => {
    const { condition, kind, slot, whenUnmatched } = compiled.atoms[index]!;
    const doubt = doubts.get(condition);
    const open = doubt === undefined ? 0 : kinds.reduce((sum, one) => sum + doubt[one], 0);
    if (open === 0) return [];
    if (kind === 'count') {
      const counted = trace.count(slot);
      return [Array.from({ length: open + 1 }, (_, more) => (world) => world.counters.set(slot, counted + more))];
    }
    // Failed spans were fed to an `all`; perhaps it had no others.
    if (trace.has(slot) && !(whenUnmatched && kinds.includes('mistyped') && doubt!.mistyped > 0)) return [];
    return [[false, true].map((fed) => (world) => world.fed.set(slot, fed))];
  });
}

/** A condition and its negation are two bits, of which one holds. */
function choicesOfSpan({ spanOpposites }: CompiledRule, { open }: OpenBits): readonly (readonly Choice[])[] {
  const choices: Choice[][] = [];
  for (let bit = 0, seen = 0; bit < 32; bit++) {
    if (((open >>> bit) & 1) === 0 || ((seen >>> bit) & 1) === 1) continue;
    const opposite = spanOpposites?.[bit] ?? -1;
    const one = 1 << bit;
    const other = opposite < 0 ? 0 : 1 << opposite;
    seen |= one | other;
    choices.push([one, other].map((set) => (world) => world.setBits(one | other, set)));
  }
  return choices;
}

/** A trace with assumed values for its unknown answers. */
class World implements OnlineTrace {
  readonly fed = new Map<number, boolean>();
  readonly counters = new Map<number, number>();

  constructor(
    private readonly trace: OnlineTrace,
    public spanBits: number,
  ) {}

  setBits(among: number, bits: number): void {
    this.spanBits = ((this.spanBits & ~among) | bits) >>> 0;
  }

  has(slot: number): boolean {
    return this.fed.get(slot) ?? this.trace.has(slot);
  }

  count(slot: number): number {
    return this.counters.get(slot) ?? this.trace.count(slot);
  }

  get spanCount(): number {
    return this.trace.spanCount;
  }

  get duration(): number | bigint {
    return this.trace.duration;
  }

  get id(): string {
    return this.trace.id;
  }
}
