import type { RuleIndex, Truth } from '#dsl';
import { Slots } from '../../assembly/table/slots.js';
import type { KeptSpans } from '../kept-spans.js';
import type { UnknownBits } from '../worlds.js';

const WORDS = 8;
const NEXT = 0;
const RULE = 1;
const BITS = 2;
const VERDICT = 3;
const FIRST = 4;
const LAST = 5;
const IN_DOUBT = 6;
const MISTYPED = 7;

/**
 * The spans of remembered traces that a mixed rule matches, or may match, depending on the rest of their trace. The rule reads only which of its conditions
 * hold or are unknown for the span. Spans with the same bits share one verdict and form a group. A trace has few groups, however many spans wait. Its groups
 * are chained, the latest first.
 */
export class PendingGroups extends Slots {
  constructor(private readonly kept: KeptSpans) {
    super(WORDS);
  }

  /** The group of a rule's spans with these bits in a chain of groups, or 0. */
  find(first: number, rule: RuleIndex, { bits, inDoubt, mistyped }: UnknownBits): number {
    let group = first;
    for (; group !== 0; group = this.next(group)) {
      const at = group * WORDS;
      if (this.rule(group) !== rule || this.bits(group) !== bits) continue;
      if (this.words[at + IN_DOUBT] === inDoubt && this.words[at + MISTYPED] === mistyped) break;
    }
    return group;
  }

  open(next: number, rule: RuleIndex, { bits, inDoubt, mistyped }: UnknownBits, verdict: Truth): number {
    const group = this.take();
    const at = group * WORDS;
    this.words[at + NEXT] = next;
    this.words[at + RULE] = rule;
    this.words[at + BITS] = bits;
    this.words[at + IN_DOUBT] = inDoubt;
    this.words[at + MISTYPED] = mistyped;
    this.words[at + VERDICT] = verdict;
    return group;
  }

  next(group: number): number {
    return this.words[group * WORDS + NEXT]!;
  }

  rule(group: number): RuleIndex {
    return this.words[group * WORDS + RULE]! as RuleIndex;
  }

  bits(group: number): number {
    return this.words[group * WORDS + BITS]!;
  }

  /** Some condition of the rule is unknown for these spans. */
  isOpen(group: number): boolean {
    return (this.words[group * WORDS + IN_DOUBT]! | this.words[group * WORDS + MISTYPED]!) !== 0;
  }

  /** The unknown bits of the group. */
  unknown(group: number): UnknownBits {
    const at = group * WORDS;
    return { bits: this.bits(group), inDoubt: this.words[at + IN_DOUBT]!, mistyped: this.words[at + MISTYPED]! };
  }

  /** UNKNOWN while further spans may change it. */
  verdict(group: number): Truth {
    return this.words[group * WORDS + VERDICT]! as Truth;
  }

  decide(group: number, verdict: Truth): void {
    this.words[group * WORDS + VERDICT] = verdict;
  }

  /** The first of the spans that wait or match, in order of arrival. */
  first(group: number): number {
    return this.words[group * WORDS + FIRST]!;
  }

  append(group: number, slot: number): void {
    const at = group * WORDS;
    const last = this.words[at + LAST]!;
    if (last === 0) this.words[at + FIRST] = slot;
    else this.kept.chain(last, slot);
    this.words[at + LAST] = slot;
  }

  /** The spans no longer wait. */
  empty(group: number): void {
    const at = group * WORDS;
    this.kept.forget(this.words[at + FIRST]!);
    this.words[at + FIRST] = 0;
    this.words[at + LAST] = 0;
  }

  /** Releases a chain of groups with their spans. */
  forget(first: number): void {
    for (let group = first; group !== 0; ) {
      const next = this.next(group);
      this.empty(group);
      this.release(group);
      group = next;
    }
  }
}
