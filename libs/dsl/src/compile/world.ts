import { PatternExceeded } from '../budget-exceeded.js';
import type { LuaError } from '../lua-error.js';
import type { Resolved } from '../resolved.js';
import type { SpanView } from '../span-view.js';
import type { Polarity } from './polarity.js';
import { isTypeFailure } from './type-failure.js';

/** How much of what is not known is true: as little as makes the rule's answer (`least`), or as much (`most`). */
export interface Leaning {
  /** Of what takes longer to tell than it may. */
  readonly doubts: 'least' | 'most';
  /** Of what fails on a value of another type: as the language has it, which is false, or as much as makes the rule's answer. */
  readonly mistyped: 'language' | 'most';
}

/**
 * What one evaluation of a rule takes those answers to be that are not known. A rule that says the same with the least and the most of
 * them is decided.
 */
export class World {
  /** An answer was in doubt. */
  metDoubt = false;
  /** A test failed on a value of another type; and what that is to the rule can't be said. */
  metMistyped = false;
  isMixed = false;
  /** The first such failure that was met within a function over spans, and where. */
  failure: { readonly span: SpanView; readonly message: string } | undefined;

  constructor(
    private readonly polarities: ReadonlyMap<Resolved, Polarity>,
    private readonly leaning: Leaning,
  ) {}

  /** What a part in doubt is taken to be. @throws PatternExceeded where neither is the most */
  answer(part: Resolved): boolean {
    this.metDoubt = true;
    const polarity = this.polarities.get(part) ?? 0;
    if (polarity === 0) throw new PatternExceeded();
    return polarity > 0 === (this.leaning.doubts === 'most');
  }

  /** What a part that failed on a value of another type is taken to be. */
  mistyped(part: Resolved): boolean {
    this.metMistyped = true;
    if (this.leaning.mistyped === 'language') return false;
    const polarity = this.polarities.get(part) ?? 0;
    if (polarity === 0) this.isMixed = true;
    return polarity > 0;
  }

  /** A part ended in an error on a span: what it is taken to be. */
  failed(part: Resolved, span: SpanView, { message }: LuaError): boolean {
    if (!isTypeFailure(message)) return false;
    this.failure ??= { span, message };
    return this.mistyped(part);
  }
}
