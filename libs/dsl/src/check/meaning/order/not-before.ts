import type { Resolved, TracePair } from '../../../tree/resolved.js';
import { RELATIONS } from '../../../tree/span-relation.js';
import type { Findings } from '../../scope/scope.js';
import { firstOperand, flatOperands } from '../implied/flat-operands.js';

/**
 * Conditions that also hold in traces without such spans, with nothing else that selects traces. To find a b without an earlier a,
 * `not trace.before(a, b)` should be `not trace.preceded(b, a)`. `trace.preceded(b, a)` states the requirement instead of its violation.
 */
export function notBefore(root: Resolved, findings: Findings): void {
  if (findings.usesSubject) return;
  const isChain = root.type === 'logical';
  if (isChain && root.operator === 'or') {
    for (const operand of flatOperands(root)) notBefore(operand, findings);
    return;
  }
  const first = firstOperand(root);
  if (requirement(first) === undefined && negatedPair(first) === undefined) return;
  const operands = isChain ? flatOperands(root) : [root];
  const pairs = operands.map((operand) => requirement(operand) ?? negatedPair(operand));
  // Another condition selects the traces.
  if (pairs.includes(undefined)) return;
  for (const [place, pair] of pairs.entries()) {
    const operand = operands[place] as Resolved;
    if (operand === pair) reportRequirement(pair, findings, operands.length === 1);
    else report(pair as TracePair, operand, findings);
  }
}

/** A pair test that also holds in traces without such spans. */
function requirement(node: Resolved): TracePair | undefined {
  if (node.type !== 'trace-pair') return undefined;
  return RELATIONS[node.relation].asks === 'some' ? undefined : node;
}

/** With several, only the author knows whether each breaks the rule, or all together. */
function reportRequirement({ relation, syntax }: TracePair, findings: Findings, isAlone: boolean): void {
  const text = isAlone ? `not ${findings.source.slice(syntax.range)}` : undefined;
  const { start } = syntax.range;
  const fix = text === undefined ? undefined : { range: { start, end: start }, text: 'not ' };
  const expected = `the violation: not trace.${relation}(…)`;
  findings.report('BT_DSL_REQUIREMENT', syntax.range, { name: `trace.${relation}` }, { expected, suggestion: text, fix });
}

function negatedPair(node: Resolved): TracePair | undefined {
  const pair = negated(node);
  if (pair?.type !== 'trace-pair') return undefined;
  return RELATIONS[pair.relation].asks === 'some' ? pair : undefined;
}

function negated(node: Resolved): Resolved | undefined {
  if (node.type === 'unary' && node.operator === 'not') return node.operand;
  const isFalse = node.type === 'binary' && node.operator === '==' && node.right.type === 'literal' && node.right.value === false;
  return isFalse ? node.left : undefined;
}

function report({ relation, syntax }: TracePair, { syntax: whole }: Resolved, findings: Findings): void {
  const [first, second, ...more] = syntax.type === 'call' ? syntax.args : [];
  const isPlain = more.length === 0 && first?.type !== 'named-condition' && second?.type !== 'named-condition';
  const [a, b] = [first, second].map((argument) => (argument === undefined ? '' : findings.source.slice(argument.range)));
  const text = relation === 'before' && isPlain ? `not trace.preceded(${b}, ${a})` : undefined;
  const fix = text === undefined ? undefined : { range: whole.range, text };
  const expected = relation === 'before' ? 'trace.preceded' : 'a condition that selects traces';
  findings.report('BT_DSL_NOT_BEFORE', whole.range, { name: `trace.${relation}` }, { expected, suggestion: text, fix });
}
