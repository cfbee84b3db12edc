import { canonicalKey } from '../tree/canonical.js';
import type { Resolved, TraceQuantifier } from '../tree/resolved.js';
import type { Atom, Condition } from './compiled-rule-set.js';

type Quantifier = TraceQuantifier['quantifier'];

/** The conditions and atoms of a rule set. Equal ones from several rules are one. */
export class ConditionTable {
  readonly conditions: Condition[] = [];
  readonly nodes: Resolved[] = [];
  readonly atoms: Atom[] = [];
  traceBits = 0;
  traceCounters = 0;
  private readonly conditionNumbers = new Map<string, number>();
  private readonly atomNumbers = new Map<string, number>();

  constructor(private readonly textOf: (node: Resolved) => string) {}

  /** The number of a span condition. */
  condition(node: Resolved): number {
    const key = canonicalKey(node);
    const existing = this.conditionNumbers.get(key);
    if (existing !== undefined) return existing;
    const index = this.conditions.length;
    this.conditionNumbers.set(key, index);
    this.conditions.push({ index, text: this.textOf(node) });
    this.nodes.push(node);
    return index;
  }

  /** The number of a condition of some rule; undefined for any other. */
  findCondition(node: Resolved): number | undefined {
    return this.conditionNumbers.get(canonicalKey(node));
  }

  /** The atom of a trace function of some online rule; undefined for any other. */
  findAtom(quantifier: Quantifier, node: Resolved): Atom | undefined {
    const condition = this.findCondition(node);
    const existing = condition === undefined ? undefined : this.atomNumbers.get(atomKey(quantifier, condition));
    return existing === undefined ? undefined : this.atoms[existing];
  }

  /** The atom that answers `trace.has/count/all` of a span condition. */
  atom(quantifier: Quantifier, node: Resolved): Atom {
    const condition = this.condition(node);
    const kind = quantifier === 'count' ? 'count' : 'has';
    const key = atomKey(quantifier, condition);
    const existing = this.atomNumbers.get(key);
    if (existing !== undefined) return this.atoms[existing] as Atom;
    const slot = kind === 'has' ? this.traceBits++ : this.traceCounters++;
    const atom: Atom = { index: this.atoms.length, kind, condition, whenUnmatched: quantifier === 'all', slot };
    this.atomNumbers.set(key, atom.index);
    this.atoms.push(atom);
    return atom;
  }
}

function atomKey(quantifier: Quantifier, condition: number): string {
  return `${quantifier} ${condition}`;
}
