import type { Fix } from '../../../text/diagnostic.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, Resolved, StringTestNode } from '../../../tree/resolved.js';
import { parseNumeral } from '../../../values/lua/lua-number.js';
import type { Findings } from '../../scope/scope.js';
import { listByName } from './list-by-name.js';
import { conventionOf } from './semantic-conventions.js';

/**
 * An attribute that is a number or a list in the semantic conventions is compared with a text: `attribute.http.response.status_code == "500"`.
 * Returns whether it was reported.
 */
export function attributeType(node: BinaryNode | StringTestNode, findings: Findings): boolean {
  if (findings.isWhenForm || (node.type === 'binary' && node.operator !== '==' && node.operator !== '~=')) return false;
  const [left, right] = node.type === 'binary' ? [node.left, node.right] : [node.subject, node.pattern];
  return isTextForOther(node, left, right, findings) || isTextForOther(node, right, left, findings);
}

function isTextForOther(node: BinaryNode | StringTestNode, subject: Resolved, text: Resolved, findings: Findings): boolean {
  if (text.syntax.type !== 'string' || text.type !== 'literal') return false;
  if (subject.type !== 'attribute' && subject.type !== 'resource-attribute') return false;
  const type = conventionOf(subject.key);
  if (type !== undefined) return report(node, subject, String(text.value), text, type, findings);
  if (node.type === 'binary' && quotedTruth(String(text.value), text, findings)) return true;
  return listByName(node, subject, text, findings);
}

function report(
  node: BinaryNode | StringTestNode,
  subject: Extract<Resolved, { readonly key: string }>,
  value: string,
  text: Resolved,
  type: 'a number' | 'a list',
  findings: Findings,
): boolean {
  const fix = type === 'a number' ? fixedNumber(node, subject, value, text) : undefined;
  const values = { key: subject.key, type, text: formatExpression(text.syntax) };
  const listed = `a script: for _, value in ipairs(${formatExpression(subject.syntax)} or {}) do …`;
  findings.report('BT_DSL_ATTRIBUTE_TYPE', node.syntax.range, values, {
    expected: type === 'a list' ? listed : type,
    suggestion: fix?.text,
    fix,
  });
  return true;
}

/** `== "500"` becomes 500; `== "5xx"` and `starts_with "5"` of a status become a range. */
function fixedNumber(node: BinaryNode | StringTestNode, subject: Resolved, value: string, text: Resolved): Fix | undefined {
  if (node.type === 'binary' && parseNumeral(value.trim()) !== undefined) return { range: text.syntax.range, text: value.trim() };
  const hundred =
    node.type === 'binary' ? /^([1-5])(?:xx|\*+|\.\*|\?\?)$/i.exec(value)?.[1] : /^\^?([1-5])(?:\.\*|\.\.|\\d\\d|xx)?\$?$/.exec(value)?.[1];
  if (hundred === undefined || (node.type === 'string-test' && !['starts_with', 'matches'].includes(node.test))) return undefined;
  const shown = formatExpression(subject.syntax);
  const low = Number(hundred) * 100;
  const high = Number(hundred) * 100 + 100;
  const isNot = node.type === 'binary' && node.operator === '~=';
  const meant = isNot ? `(${shown} < ${low} or ${shown} >= ${high})` : `(${shown} >= ${low} and ${shown} < ${high})`;
  return { range: node.syntax.range, text: meant };
}

/** The length of `false` with some blanks. */
const MAX_QUOTED_LENGTH = 12;

/** `attribute.approved == "true"`: senders use booleans. */
function quotedTruth(value: string, text: Resolved, findings: Findings): boolean {
  // Fast path: most texts are longer.
  if (value.length > MAX_QUOTED_LENGTH) return false;
  const word = value.trim().toLowerCase();
  if (word !== 'true' && word !== 'false') return false;
  const values = { text: formatExpression(text.syntax), value: word };
  findings.report('BT_DSL_QUOTED_TRUTH', text.syntax.range, values, { suggestion: word, fix: { range: text.syntax.range, text: word } });
  return true;
}
