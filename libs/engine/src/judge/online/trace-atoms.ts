import type { RuleIndex } from '#dsl';
import type { SpanColumns } from '#otlp';
import type { Assembly } from '../../assembly/assembly.js';
import type { Row, SpanIndex } from '../../index-types.js';
import { hasCondition, lowestCondition } from '../../rules/condition-mask.js';
import type { Epoch } from '../../rules/epoch.js';
import type { AtomWitnesses } from '../atom-witnesses.js';
import type { KeptSpans } from '../kept-spans.js';
import { FIRST_SPAN, ROOT } from '../online-evidence.js';

/** The low word of a 64-bit time in `startWords` and `endWords`. */
const LOW = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;

/**
 * Feeds a span's conditions to the bits and counters of its trace. Keeps the first span of each atom as its witness, and further ones where a violation may
 * name more. Collects the rules that the span may have decided.
 */
export class TraceAtoms {
  /** The rules to evaluate after the last span, each once: the first `asking` of the array. (Setting the length of a list costs more.) */
  toAsk = new Int32Array(0);
  asking = 0;
  /** Per rule: the number of the span for which it was added to `toAsk`. */
  private addedFor = new Float64Array(0);
  private span = 0;
  /** Per atom: the number of the last span that fed it after another; and how many atoms this span fed so. */
  private fedAgain = new Float64Array(0);
  private again = 0;

  constructor(
    private readonly assembly: Assembly,
    private readonly kept: KeptSpans,
    private readonly witnesses: AtomWitnesses,
  ) {}

  /** Feeds span `i` of the record that `epoch` has evaluated. Returns the trace's state, which its first span creates. */
  feed(epoch: Epoch, row: Row, i: SpanIndex): number {
    const { compiled, plan } = epoch.rules;
    const { matched } = epoch;
    this.span++;
    this.asking = 0;
    this.again = 0;
    if (this.addedFor.length < compiled.rules.length) {
      this.addedFor = new Float64Array(compiled.rules.length);
      this.toAsk = new Int32Array(compiled.rules.length);
    }
    if (this.fedAgain.length < compiled.atoms.length) this.fedAgain = new Float64Array(compiled.atoms.length);
    const state = this.stateOf(epoch, row, i);
    const base = i * compiled.words;
    for (let word = 0; word < compiled.words; word++) {
      let bits = matched[base + word]! & compiled.atomMask[word]!;
      while (bits !== 0) {
        const condition = lowestCondition(word, bits);
        bits &= bits - 1;
        for (const atom of compiled.atomsOfCondition[condition]!) this.feedAtom(epoch, row, state, atom, i);
      }
    }
    for (const atom of compiled.atomsWhenUnmatched) {
      const { condition } = compiled.atoms[atom]!;
      if (!hasCondition(matched, base, condition) && !isInDoubt(epoch, i, condition)) {
        this.feedAtom(epoch, row, state, atom, i);
      }
    }
    for (const rule of plan.rulesOnEverySpan) this.ask(rule);
    if (this.again > 0) this.takeOver(epoch, row, state, i);
    return state;
  }

  private feedAtom(epoch: Epoch, row: Row, state: number, atom: number, i: SpanIndex): void {
    const { kind, slot } = epoch.rules.compiled.atoms[atom]!;
    if (kind === 'has') {
      if (!epoch.states.set(state, slot)) {
        this.again++;
        this.fedAgain[atom] = this.span;
        return;
      }
      this.keepWitness(row, atom, epoch.columns, i);
    } else {
      if (epoch.states.counted(state, slot) === 0) this.keepWitness(row, atom, epoch.columns, i);
      else {
        this.again++;
        this.fedAgain[atom] = this.span;
      }
      epoch.states.add(state, slot);
    }
    const { rulesOfAtom, rulesAwaitingKey, mixedOfAtom, mixedRules } = epoch.rules.plan;
    for (const rule of rulesOfAtom[atom]!) this.ask(rule);
    if (rulesAwaitingKey[atom]!.length > 0) this.askRulesOfKey(epoch, row, atom);
    if (mixedRules.length > 0 && epoch.states.groups(state) !== 0) for (const rule of mixedOfAtom[atom]!) this.ask(rule);
  }

  /** Evaluates the rules that read an atom and whose key is fed: few, even where many read it. */
  private askRulesOfKey(epoch: Epoch, row: Row, atom: number): void {
    const { plan, compiled } = epoch.rules;
    for (let slot = this.assembly.traces.witnesses(row); slot !== 0; slot = this.kept.next(slot)) {
      const key = this.kept.tag(slot);
      if (key === ROOT || key === FIRST_SPAN) continue;
      for (const rule of plan.rulesOfKey[key]!) if (compiled.rules[rule]!.atoms.includes(atom)) this.ask(rule);
    }
  }

  private ask(rule: RuleIndex): void {
    if (this.addedFor[rule] === this.span) return;
    this.addedFor[rule] = this.span;
    this.toAsk[this.asking++] = rule;
  }

  private stateOf(epoch: Epoch, row: Row, i: SpanIndex): number {
    const { traces } = this.assembly;
    const { columns, states, rules } = epoch;
    let state = traces.state(row);
    const first = state === 0;
    if (first) {
      state = states.take();
      traces.setState(row, state);
      traces.setWitnesses(row, this.kept.keep(columns, i, columns.isRoot[i] === 1 ? ROOT : FIRST_SPAN, 0));
    } else if (rules.plan.namesAnySpan || columns.isRoot[i] === 1) {
      this.standIn(traces.witnesses(row), columns, i, traces.isRootSeen(row));
    }
    if (rules.plan.totals) {
      const { startWords, endWords } = columns;
      const low = 2 * i + LOW;
      const high = 2 * i + 1 - LOW;
      states.widen(state, first, startWords[low]!, startWords[high]!, endWords[low]!, endWords[high]!);
    }
    return state;
  }

  /** The span that represents a trace is its root, else its first span; of several, the first in span order. */
  private standIn(slot: number, columns: SpanColumns, i: SpanIndex, rootSeen: boolean): void {
    const isRoot = columns.isRoot[i] === 1;
    // Most traces have their root, or wait for it: this span is neither the root nor the first.
    if (rootSeen && !isRoot) return;
    const isFirstRoot = isRoot && this.kept.tag(slot) === FIRST_SPAN;
    if (isFirstRoot || this.kept.isBefore(columns, i, slot)) this.kept.replace(slot, columns, i, isRoot ? ROOT : FIRST_SPAN);
  }

  /** The witness of an atom is the first in span order of those that fed it. Witnesses follow the span that represents the trace. */
  private takeOver({ rules, columns, states }: Epoch, row: Row, state: number, i: SpanIndex): void {
    const { kept } = this;
    let before = this.assembly.traces.witnesses(row);
    let witness = kept.next(before);
    for (let left = this.again; witness !== 0 && left > 0; before = witness, witness = kept.next(witness)) {
      const atom = kept.tag(witness);
      if (this.fedAgain[atom] !== this.span) continue;
      left--;
      const { kind, slot } = rules.compiled.atoms[atom]!;
      const isFirst = kept.isBefore(columns, i, witness);
      const fed = kind === 'has' ? kept.fed(witness) : states.counted(state, slot) - 1;
      if (!rules.plan.namedAtoms[atom]) {
        if (isFirst) kept.replace(witness, columns, i, atom);
      } else if (!isFirst) this.witnesses.add(witness, fed, columns, i);
      else {
        const first = kept.keep(columns, i, atom, kept.next(witness));
        kept.chain(before, first);
        this.witnesses.takeOver(first, witness, fed);
        witness = first;
      }
      if (kind === 'has') kept.setFed(witness, fed + 1);
    }
  }

  /** Witnesses follow the span that represents the trace. */
  private keepWitness(row: Row, atom: number, columns: SpanColumns, i: SpanIndex): void {
    const { kept } = this;
    const first = this.assembly.traces.witnesses(row);
    const witness = kept.keep(columns, i, atom, kept.next(first));
    kept.setFed(witness, 1);
    kept.chain(first, witness);
  }
}

/** It is unknown whether the span satisfies the condition. */
function isInDoubt({ inDoubt }: Epoch, i: SpanIndex, condition: number): boolean {
  return inDoubt.size > 0 && inDoubt.get(i)?.includes(condition) === true;
}
