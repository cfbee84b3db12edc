import { negation } from '../compile/candidate.js';
import type { ConditionTable } from '../compile/condition-table.js';
import type { EvaluationLimit } from '../compile/evaluation-limit.js';
import { isSpanCondition } from '../compile/needs.js';
import type { ConditionOutcome, Evidence, Explanation } from '../explain.js';
import { formatExpression } from '../format-expression.js';
import { isTruthy } from '../lua-value.js';
import type { Resolved } from '../resolved.js';
import type { Value } from '../value.js';
import { clipped } from './clipped.js';
import { countsOf } from './counts.js';
import { jsonValue, type ShownValue } from './json-value.js';
import { LeafValues, type SpanBits } from './leaf-values.js';
import { readings } from './observed.js';
import { failureSentence, holdsSentence } from './sentence.js';

/** What the explanation of one rule looks up among the compiled conditions. */
export interface ExplainedRule {
  readonly table: ConditionTable;
  /** The conditions whose bits are kept per span, in bit order. */
  readonly spanConditions: readonly number[];
  readonly limit: EvaluationLimit;
}

/**
 * Why a rule matched or did not. Its boolean skeleton is evaluated again as Lua would, left to right; each part reached becomes
 * an outcome, and the summary names those that settled the answer: all that made it true, or the first that made it false.
 */
export function explainExpression(root: Resolved, rule: ExplainedRule, evidence: Evidence): Explanation {
  return new Explainer(rule, evidence).explain(root);
}

/** Truth of a part, and the sentences that say why. `undefined`: not known, or failed; then it is the whole answer. */
interface Reason {
  readonly truth: boolean | undefined;
  readonly because: readonly string[];
}

class Explainer {
  private readonly outcomes: ConditionOutcome[] = [];
  private readonly values: LeafValues;

  constructor(
    private readonly rule: ExplainedRule,
    evidence: Evidence,
  ) {
    this.values = new LeafValues(evidence, rule);
  }

  explain(root: Resolved): Explanation {
    const { because } = this.reason(root);
    return { summary: because.join('; '), conditions: this.outcomes };
  }

  private reason(node: Resolved): Reason {
    if (node.type === 'unary' && node.operator === 'not' && !this.isLeafNegation(node.operand)) {
      const { truth, because } = this.reason(node.operand);
      return { truth: truth === undefined ? undefined : !truth, because };
    }
    if (node.type !== 'logical' || this.isKnownWhole(node)) return this.leaf(node);
    const left = this.reason(node.left);
    const settling = node.operator === 'or';
    if (left.truth === undefined || left.truth === settling) return left;
    const right = this.reason(node.right);
    if (right.truth === undefined || right.truth === settling) return right;
    return { truth: right.truth, because: [...left.because, ...right.because] };
  }

  /** `not attribute.x` reads better whole. */
  private isLeafNegation(operand: Resolved): boolean {
    return operand.type === 'attribute' || operand.type === 'resource-attribute' || operand.type === 'has-attribute';
  }

  /** Of a pending span its bits are kept, not its fields: a part that has a bit is explained as one. */
  private isKnownWhole(node: Resolved): boolean {
    return !this.values.hasSpan && this.bitsOf(node) !== undefined;
  }

  private leaf(node: Resolved): Reason {
    const condition = formatExpression(node.syntax);
    const found = this.values.find(node, this.bitsOf(node));
    const counts = countsOf(node, this.values);
    const value = 'value' in found ? shortened(found.value) : null;
    const error = 'error' in found ? { error: clipped(found.error) } : {};
    const outcome: ConditionOutcome = { condition, value, ...counts.outcome, ...this.observed(node), ...error };
    this.outcomes.push(outcome);
    if ('value' in found) {
      const truth = isTruthy(found.value);
      return { truth, because: [counts.sentence(truth) ?? holdsSentence(outcome, truth)] };
    }
    return { truth: undefined, because: ['error' in found ? failureSentence(outcome) : `the value of ${condition} was not kept`] };
  }

  /** The values that the part reads, where they are remembered; nothing for what is the part itself. */
  private observed(node: Resolved): Pick<ConditionOutcome, 'observed'> {
    const observed: Record<string, ConditionOutcome['value']> = {};
    for (const [text, reading] of readings(node)) {
      if (reading === node) continue;
      const found = this.values.find(reading, undefined);
      if ('value' in found) observed[text] = shortened(found.value);
    }
    return Object.keys(observed).length === 0 ? {} : { observed };
  }

  private bitsOf(node: Resolved): SpanBits | undefined {
    if (!isSpanCondition(node)) return undefined;
    const holds = this.bitOf(node);
    return holds < 0 ? undefined : { holds, holdsNot: this.bitOf(negation(node)) };
  }

  private bitOf(node: Resolved): number {
    const condition = this.rule.table.findCondition(node);
    return condition === undefined ? -1 : this.rule.spanConditions.indexOf(condition);
  }
}

/** Explanations are stored and signed with each violation: a long text is cut. */
function shortened(value: Value): ShownValue {
  const shown = jsonValue(value);
  return typeof shown === 'string' ? clipped(shown) : shown;
}
