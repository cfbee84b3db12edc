import { type Polarity, polaritiesOf } from '../../interpret/polarity.js';
import { Ways } from '../../interpret/ways.js';
import { type Leaning, World } from '../../interpret/world.js';
import type { Resolved } from '../../tree/resolved.js';
import { PatternExceeded } from '../../values/lua/budget-exceeded.js';
import { LuaError } from '../../values/lua/lua-error.js';
import { isTruthy } from '../../values/lua/lua-value.js';
import type { StepLimit } from '../../values/lua/step-limit.js';
import type { Value } from '../../values/value.js';
import { IN_DOUBT, type PartResult } from './part-result.js';
import type { Bindings, OnDoubt, TestedSpans } from './tested-spans.js';

/** Makes an evaluation on a trace, in a world with assumed answers for those in doubt. */
export type MakeTested = (onDoubt: OnDoubt, limit: () => StepLimit) => TestedSpans;

/**
 * Finds the results on a trace that hold for any values of the answers in doubt. It evaluates with the fewest and with the most of them true,
 * as the rule was judged, or else with every combination.
 */
export class TestedWorlds {
  private readonly polarities: ReadonlyMap<Resolved, Polarity>;
  private readonly least: TestedSpans;
  private readonly most: TestedSpans;
  private limitOfWays: StepLimit;

  constructor(
    root: Resolved,
    private readonly make: MakeTested,
    private readonly limit: () => StepLimit,
  ) {
    this.polarities = polaritiesOf(root);
    this.least = this.tested('least', limit);
    this.most = this.tested('most', limit);
    this.limitOfWays = limit();
  }

  /** Later evaluations may use the whole budget again. */
  renew(): void {
    this.least.renew();
    this.most.renew();
    this.limitOfWays = this.limit();
  }

  value(part: Resolved, bindings: Bindings): PartResult {
    const [a, b] = [this.least, this.most].map((tested) => attempted(() => tested.value(part, bindings)));
    if (a instanceof PatternExceeded || b instanceof PatternExceeded) return this.everyWay(part, bindings);
    return same(a, b) ? found(a) : IN_DOUBT;
  }

  /** The world whose witnesses hold for all values in doubt. */
  settled(node: Resolved, bindings: Bindings): TestedSpans | undefined {
    const known = this.value(node, bindings);
    const polarity = this.polarities.get(node) ?? 0;
    if (!('value' in known) || polarity === 0) return undefined;
    return isTruthy(known.value) === polarity > 0 ? this.least : this.most;
  }

  private everyWay(part: Resolved, bindings: Bindings): PartResult {
    const ways = new Ways();
    let first: { readonly result: Value | LuaError } | undefined;
    do {
      const tested = this.tested(ways, () => this.limitOfWays);
      const result = attempted(() => tested.value(part, bindings));
      first ??= { result };
      if (!same(first.result, result)) return IN_DOUBT;
    } while (ways.next());
    return ways.isComplete ? found(first.result) : IN_DOUBT;
  }

  private tested(doubts: Leaning['doubts'], limit: () => StepLimit): TestedSpans {
    const world = new World(this.polarities, { doubts, mistyped: 'language' });
    return this.make((test, span) => world.answer(test, span), limit);
  }
}

function attempted(ask: () => Value): Value | LuaError {
  try {
    return ask();
  } catch (error) {
    if (error instanceof LuaError) return error;
    throw error;
  }
}

function same(a: Value | LuaError, b: Value | LuaError): boolean {
  return a instanceof LuaError ? b instanceof LuaError && a.message === b.message : Object.is(a, b);
}

function found(result: Value | LuaError): PartResult {
  if (result instanceof LuaError) throw result;
  return { value: result };
}
