import type { Resolved } from '../resolved.js';
import { alwaysFalsy, alwaysTruthy } from '../types.js';
import type { Findings } from './context.js';

/**
 * Warns of conditions that are always true or always false; the innermost only. `isCondition`: the node's truth is what counts
 * (not its value, as in `attribute.x or 0`).
 */
export function warnAlways(node: Resolved, findings: Findings, isCondition = true): boolean {
  let reported = false;
  for (const [child, childIsCondition] of children(node, isCondition)) reported = warnAlways(child, findings, childIsCondition) || reported;
  if (reported || !isCondition) return reported;
  const value = alwaysTruthy(node.types) ? 'true' : alwaysFalsy(node.types) ? 'false' : undefined;
  if (value === undefined) return false;
  findings.report('BT_DSL_ALWAYS', node.syntax.range, { value });
  return true;
}

function children(node: Resolved, isCondition: boolean): readonly (readonly [Resolved, boolean])[] {
  switch (node.type) {
    case 'unary':
      return [[node.operand, node.operator === 'not']];
    case 'binary':
      return [
        [node.left, false],
        [node.right, false],
      ];
    case 'logical':
      return [
        [node.left, isCondition || node.operator === 'and'],
        [node.right, isCondition],
      ];
    case 'trace-quantifier':
      return [[node.condition, true]];
    case 'trace-pair':
      return [
        [node.first, true],
        [node.second, true],
      ];
    case 'trace-aggregate':
      return node.condition === undefined
        ? [[node.field, false]]
        : ([
            [node.field, false],
            [node.condition, true],
          ] as const);
    case 'string-test':
      return [
        [node.subject, false],
        [node.pattern, false],
      ];
    case 'library-call':
      return node.args.map((argument) => [argument, false] as const);
    case 'index':
      return [
        [node.object, false],
        [node.key, false],
      ];
    default:
      return [];
  }
}
