import { type Atom, type CompiledRule, type CompiledRuleSet, FALSE, type OnlineTrace } from '#dsl';

/** For a rule with more conditions on its span than this, all atoms count as named. */
const MAX_SPAN_CONDITIONS = 6;

/** Per atom: whether a violation of some rule may name the spans that fed it. */
export function namedAtoms({ rules, atoms }: CompiledRuleSet): readonly boolean[] {
  const named = atoms.map(() => false);
  for (const rule of rules) for (const atom of rule.atoms) named[atom] ||= mayName(rule, atoms[atom]!);
  return named;
}

/**
 * Whether a violation of the rule may name the spans that fed an atom. It cannot where one such span makes the rule permanently false: `trace.has(read) and not
 * trace.has(audit)` names reads and no audit.
 */
export function mayName(rule: CompiledRule, { kind, slot }: Atom): boolean {
  const { length } = rule.spanConditions;
  if (kind === 'count' || rule.decide === undefined || length > MAX_SPAN_CONDITIONS) return true;
  // A verdict decided by that bit alone holds in every later state of the trace.
  const trace = new OneBit(slot);
  try {
    for (let bits = 0; bits < 1 << length; bits++) if (rule.decide(trace, bits) !== FALSE) return true;
  } catch {
    // The rule reads the id, or cannot be evaluated.
    return true;
  }
  return false;
}

/** A trace with one known fed bit. */
class OneBit implements OnlineTrace {
  readonly spanCount = 0;
  readonly duration = 0;

  constructor(private readonly slot: number) {}

  get id(): string {
    throw new Error('the id is not known');
  }

  has(slot: number): boolean {
    return slot === this.slot;
  }

  count(): number {
    return 0;
  }
}
