import { compareSpans } from '../trace/span-rank.js';
import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { isTypeFailure } from '../values/is-type-failure.js';
import { PatternExceeded } from '../values/lua/budget-exceeded.js';
import type { LuaError } from '../values/lua/lua-error.js';
import type { Polarity } from './polarity.js';
import type { Ways } from './ways.js';

/** Which unknown values are true: as few as give the rule's answer (`least`), or as many (`most`). */
export interface Leaning {
  /** For answers that exceed their steps; or each as the tried combination has it. */
  readonly doubts: 'least' | 'most' | Ways;
  /** For failures on a value of a wrong type: false, as the language has it, or what decides the rule. */
  readonly mistyped: 'language' | 'most';
}

/**
 * The answers that one evaluation of a rule assumes where they are not known. A rule with the same result under the least and the greatest of them is decided.
 */
export class World {
  /** An answer was in doubt. */
  metDoubt = false;
  /** Neither value of an answer in doubt is the extreme: the evaluation ended there. */
  isUnclear = false;
  /** The first span, in the language's order, with an answer in doubt. */
  inDoubt: SpanView | undefined;
  /** A test failed on a value of a wrong type, whose effect on the rule is unknown. */
  metMistyped = false;
  isMixed = false;
  private readonly mixed = new Set<Resolved>();
  /** The first such failure within a function over spans, and where. */
  failure: { readonly span: SpanView; readonly message: string } | undefined;

  constructor(
    private readonly polarities: ReadonlyMap<Resolved, Polarity>,
    private readonly leaning: Leaning,
  ) {}

  /**
   * The assumed result of a part in doubt.
   * @param question stands for the part where several parts are the same question
   * @throws PatternExceeded where neither is the most
   */
  answer(part: Resolved, span: SpanView | undefined, question: Resolved | number = part): boolean {
    this.metDoubt = true;
    if (span !== undefined && (this.inDoubt === undefined || compareSpans(span, this.inDoubt) < 0)) this.inDoubt = span;
    const { doubts } = this.leaning;
    if (typeof doubts === 'object') return doubts.answer(question, span);
    const polarity = this.polarities.get(part) ?? 0;
    if (polarity === 0) {
      this.isUnclear = true;
      throw new PatternExceeded();
    }
    return polarity > 0 === (doubts === 'most');
  }

  /** The assumed result of a part that failed on a value of a wrong type. */
  mistyped(part: Resolved): boolean {
    this.metMistyped = true;
    if (this.leaning.mistyped === 'language') return false;
    const polarity = this.polarities.get(part) ?? 0;
    if (polarity === 0) this.isMixed = true;
    return polarity > 0;
  }

  /**
   * The truth of an operand of the rule. If the effect of a failure within it is unknown, the operand counts as what decides the rule. The other operands may
   * still decide, in any order. The answer may be cached, like any answer.
   */
  unmixed(operand: Resolved, evaluate: () => boolean): boolean {
    const wasMixed = this.isMixed;
    this.isMixed = false;
    const answer = evaluate();
    if (this.isMixed) this.mixed.add(operand);
    this.isMixed = wasMixed;
    return this.mixed.has(operand) ? this.mistyped(operand) : answer;
  }

  /** A part failed on a span: its assumed value. */
  failed(part: Resolved, span: SpanView, { message }: LuaError): boolean {
    if (!isTypeFailure(message)) return false;
    this.failure ??= { span, message };
    return this.mistyped(part);
  }
}
