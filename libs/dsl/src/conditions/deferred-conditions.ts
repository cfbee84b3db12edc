import type { ConditionColumns, InDoubt } from '../contract/compiled-rule-set.js';
import { Interpreter } from '../interpret/interpret.js';
import { traceOf } from '../interpret/judge-condition.js';
import type { SpanView } from '../trace/span-view.js';
import type { Reads } from '../tree/reads.js';
import type { Resolved } from '../tree/resolved.js';
import { someNode } from '../tree/walk.js';
import { PatternExceeded } from '../values/lua/budget-exceeded.js';
import { LuaError } from '../values/lua/lua-error.js';
import { isTruthy } from '../values/lua/lua-value.js';
import { StepLimit } from '../values/lua/step-limit.js';
import type { Pattern } from '../values/pattern.js';
import { ColumnView } from './column-view.js';

/** The result of a condition on a span: it holds or not, it fails, or (undefined) it exceeds its steps. */
export type DeferredResult = boolean | LuaError | undefined;

/** The condition may use a regular expression that takes long on long texts. */
export function mayBePutOff(condition: Resolved): boolean {
  return someNode(
    condition,
    (node) => node.type === 'string-test' && node.test === 'matches' && node.compiled?.longest(1) !== Number.POSITIVE_INFINITY,
  );
}

/**
 * Conditions on spans with long texts, which the generated code postpones. Each is evaluated here within its steps for one span (docs/decisions/0013). If it
 * exceeds them, it is in doubt, unless its other parts decide it.
 */
export class DeferredConditions {
  /** The conditions in doubt on the spans evaluated last. */
  readonly inDoubt: InDoubt[] = [];

  /** @param conditions those that may be postponed, with their numbers */
  constructor(
    private readonly conditions: ReadonlyMap<number, Resolved>,
    private readonly words: number,
    private readonly steps: number,
    private readonly reads: () => Reads,
  ) {}

  /** Rows begin with span `from`. */
  settle(columns: ConditionColumns, from: number, matched: Uint32Array, failed: Uint32Array, spans: readonly number[]): void {
    if (this.inDoubt.length > 0) this.inDoubt.length = 0;
    if (spans.length === 0) return;
    for (const i of new Set(spans)) {
      const span = new ColumnView(columns, this.reads(), i);
      const answers: Answers = new Map();
      for (const [condition, node] of this.conditions) {
        const at = (i - from) * this.words + (condition >> 5);
        const bit = 1 << (condition & 31);
        if ((failed[at]! & bit) === 0) continue;
        const answer = answerOf(node, span, new SpanLimit(this.steps, answers));
        if (answer === true) matched[at]! |= bit;
        if (typeof answer === 'boolean') failed[at]! &= ~bit;
        if (answer === undefined) this.inDoubt.push({ i, condition });
      }
    }
  }
}

type Answers = Map<string, Map<string, boolean>>;

/** The regular expressions of one condition on one span. A pattern that several conditions share is run once and charged to each. */
class SpanLimit extends StepLimit {
  constructor(
    private steps: number,
    private readonly known: Answers,
  ) {
    super(Number.POSITIVE_INFINITY);
  }

  override matches(pattern: Pattern, subject: string): boolean {
    const price = pattern.price(subject);
    if (price > this.steps) throw new PatternExceeded();
    this.steps -= price;
    let existing = this.known.get(pattern.text);
    if (existing === undefined) this.known.set(pattern.text, (existing = new Map()));
    let answer = existing.get(subject);
    if (answer === undefined) existing.set(subject, (answer = pattern.test(subject)));
    return answer;
  }

  override matchesHeld(pattern: Pattern, subject: string): boolean {
    return this.matches(pattern, subject);
  }
}

/** Kleene's logic: a part that exceeds its steps matters only where it could change the answer. An error ends the evaluation, as in Lua. */
function answerOf(node: Resolved, span: SpanView, limit: StepLimit): DeferredResult {
  if (node.type === 'logical') {
    const settling = node.operator === 'or';
    const left = answerOf(node.left, span, limit);
    if (left === settling || (left instanceof LuaError && node.unordered !== true)) return left;
    const right = answerOf(node.right, span, limit);
    if (left instanceof LuaError) return right === settling ? right : left;
    if (left !== undefined) return right;
    return right === settling ? right : undefined;
  }
  if (node.type === 'unary' && node.operator === 'not') {
    const operand = answerOf(node.operand, span, limit);
    return typeof operand === 'boolean' ? !operand : operand;
  }
  try {
    return isTruthy(boundAtDepthOne(span, limit).value(node));
  } catch (error) {
    if (error instanceof PatternExceeded) return undefined;
    if (error instanceof LuaError) return error;
    throw error;
  }
}

/** An interpreter of conditions on one span, at any depth of their rule. */
function boundAtDepthOne(span: SpanView, limit: StepLimit): Interpreter {
  const interpreter = new Interpreter({ trace: traceOf(span), subject: span }, undefined, limit);
  interpreter.bind(1, span);
  return interpreter;
}
