import type { BufferedNeeds, HeldConditions } from '../contract/compiled-rule-set.js';
import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import type { TestConditions } from './test-conditions.js';
import type { World } from './world.js';

const NONE: readonly number[] = [];

/** The results of one rule's tests when the spans of a trace arrived. */
export class TestedOnArrival {
  constructor(
    private readonly tests: TestConditions,
    private readonly held: HeldConditions,
    private readonly world: World,
  ) {}

  /** The spans that satisfy the local part of a condition; undefined when it has none. */
  spansOf(condition: Resolved, spans: readonly SpanView[]): readonly SpanView[] | undefined {
    const number = this.tests.numberOf(condition);
    return number === undefined ? undefined : this.satisfying(condition, number, spans).map((position) => spans[position]!);
  }

  /** Unknown ones count as satisfied. */
  private satisfying(condition: Resolved, number: number, spans: readonly SpanView[]): readonly number[] {
    const { held, world } = this;
    const inDoubt = held.inDoubt?.(number) ?? NONE;
    const mistyped = held.mistyped?.(number) ?? NONE;
    if (inDoubt.length + mistyped.length === 0) return held.holds(number);
    const added = [
      ...inDoubt.filter((position) => world.answer(condition, spans[position], number)),
      ...(mistyped.length > 0 && world.mistyped(condition) ? mistyped : NONE),
    ];
    return [...held.holds(number), ...added].sort((a, b) => a - b);
  }

  /** The positions of the spans that a rule about a span can match, or fail on. */
  subjects(candidate: number, spans: readonly SpanView[]): Iterable<number> {
    return subjectsOf({ candidate }, this.held) ?? spans.keys();
  }
}

/** The positions of the spans on which a candidate held or failed; undefined where any span is a candidate. */
export function subjectsOf(needs: Pick<BufferedNeeds, 'candidate'> | undefined, held: HeldConditions): readonly number[] | undefined {
  if (needs === undefined || needs.candidate < 0) return undefined;
  return [...held.holds(needs.candidate), ...held.fails(needs.candidate)].sort((a, b) => a - b);
}
