import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved, StringTestNode } from '../../../tree/resolved.js';
import { STRING, TABLE } from '../../../values/types.js';
import type { Findings } from '../../scope/scope.js';

/** Plural keys, which most senders use for lists. */
const SEVERAL = /(?:^|[._])(?:roles|groups|permissions|scopes|authorities|entitlements|privileges|tags|labels|categories|features)$/;

/**
 * `attribute.roles contains "admin"` fails on a list, and `==` is always false. Silent if the rule tests the type first. Returns whether it was
 * reported.
 */
export function listByName(node: BinaryNode | StringTestNode, subject: Resolved, text: Resolved, findings: Findings): boolean {
  if (subject.type !== 'attribute' && subject.type !== 'resource-attribute') return false;
  if ((subject.types & TABLE) === 0 || !SEVERAL.test(subject.key)) return false;
  if (node.type === 'string-test' ? node.test !== 'contains' : node.operator !== '==' && node.operator !== '~=') return false;
  const shown = formatExpression(subject.syntax);
  const outcome =
    node.type === 'string-test' ? 'fails on a list' : node.operator === '==' ? 'is false for every list' : 'is true for every list';
  const values = { key: subject.key, test: node.type === 'string-test' ? node.test : node.operator === '~=' ? '!=' : '==', outcome };
  findings.report('BT_DSL_MAY_BE_LIST', node.syntax.range, values, {
    expected: `a script: for _, value in ipairs(${shown} or {}) do if value == ${formatExpression(text.syntax)} then return true end end`,
    suggestion: `type(${shown}) == "string" and …`,
  });
  return (subject.types & STRING) !== 0;
}
