import { IndexedSpanFunctions } from '../compile/indexed-spans.js';
import { Interpreter } from '../interpret.js';
import { LuaError } from '../lua-error.js';
import type { Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../resolved.js';
import type { SpanTest } from '../span-functions.js';
import type { SpanView, TraceView } from '../span-view.js';
import type { StepLimit } from '../step-limit.js';
import type { Value } from '../value.js';

/** Spans that a relation speaks of: an `a` with the `b` that it stands in relation to, or with none. */
export interface RelatedSpans {
  readonly first: SpanView;
  readonly second: SpanView | undefined;
}

/** Asks of a whole trace what the parts of a rule say, and which spans made its functions say so. */
export class TestedSpans {
  private readonly interpreter: Interpreter;
  private readonly functions: Witnesses;

  /** All questions together stay within the limit. */
  constructor(trace: TraceView, subject: SpanView | undefined, limit: StepLimit) {
    let functions: Witnesses | undefined;
    const environment = subject === undefined ? { trace } : { trace, subject };
    this.interpreter = new Interpreter(
      environment,
      (host) => {
        functions = new Witnesses(host);
        return functions;
      },
      limit,
    );
    this.functions = functions as Witnesses;
  }

  /** @throws LuaError when its evaluation fails, or takes too many steps */
  value(part: Resolved): Value {
    return this.interpreter.value(part);
  }

  /** The spans that satisfy a function's condition, and how many it was asked of; undefined when it can't be asked here. */
  satisfying(
    node: TraceQuantifier | TraceAggregate,
  ): { readonly spans: readonly SpanView[]; readonly of: readonly SpanView[] } | undefined {
    return attempted(() => this.functions.satisfyingSpans(node));
  }

  /** Every span that satisfies the first condition of a pair, with the first that stands in relation to it. */
  pairs(node: TracePair): readonly RelatedSpans[] | undefined {
    return attempted(() => this.functions.pairs(node));
  }
}

class Witnesses extends IndexedSpanFunctions {
  satisfyingSpans(node: TraceQuantifier | TraceAggregate): { readonly spans: readonly SpanView[]; readonly of: readonly SpanView[] } {
    const { depth, condition, over } = node;
    return { spans: [...this.satisfying({ node, depth, condition }, over)], of: this.domain(over) };
  }

  pairs(node: TracePair): readonly RelatedSpans[] {
    const within = this.host.nanoseconds(node.within);
    const tolerance = this.host.tolerance(node.tolerance);
    const second: SpanTest = { node, depth: node.depth + 1, condition: node.second };
    return [...this.satisfying({ node, depth: node.depth, condition: node.first })].map((first) => {
      this.host.bind(node.depth, first);
      const [found] = this.related(node, first, second, within, tolerance);
      return { first, second: found };
    });
  }
}

function attempted<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof LuaError) return undefined;
    throw error;
  }
}
