import { parse } from '../../../parse/parse.js';
import type { DiagnosticExtras, Fix } from '../../../text/diagnostic.js';
import type { TableConstructor } from '../../../text/syntax.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type { BinaryNode, LogicalNode, Resolved } from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import type { Findings } from '../../scope/scope.js';
import { tableEntry } from '../../scope/table-entry.js';
import { flatOperands } from '../implied/flat-operands.js';
import { rangeOver } from '../implied/range-over.js';

/** The position of a condition, from which the intent of a constant there is guessed. */
export type ConditionRole =
  | { readonly kind: 'whole' }
  /** An argument of a function over spans. */
  | { readonly kind: 'condition' }
  | OperandRole;

export interface OperandRole {
  readonly kind: 'operand';
  readonly chain: LogicalNode;
  /** The operand before this one. */
  previous: Resolved | undefined;
  readonly of: ConditionRole;
}

export const whole: ConditionRole = { kind: 'whole' };

/** Reports a text, a number, a duration or a table in place of a condition. */
export function reportConstant(node: Resolved, place: ConditionRole, findings: Findings): boolean {
  if (node.type === 'literal' && node.syntax.type === 'table') {
    reportTable(node.syntax, place, findings);
    return true;
  }
  if (node.type !== 'literal' || (typeof node.value !== 'string' && typeof node.value !== 'number' && typeof node.value !== 'bigint'))
    return false;
  const what = (node.declared ?? node.syntax).type === 'duration' ? 'a duration' : typeof node.value === 'string' ? 'a text' : 'a number';
  const fix = rewritten(node, place, findings) ?? fixOf(node, meantBy(node, place));
  const extras: DiagnosticExtras = { expected: 'a condition', suggestion: fix?.text, fix };
  findings.report('BT_DSL_CONSTANT_CONDITION', node.syntax.range, { text: formatExpression(node.syntax), what }, extras);
  return true;
}

/** `trace.has({span.name == "x"})`, `trace.has{span.name == "x"}`: braces make a table. */
function reportTable(table: TableConstructor, place: ConditionRole, findings: Findings): void {
  const text = tableEntry(table, findings.source, place.kind === 'condition');
  const fix = text === undefined ? undefined : { range: table.range, text };
  const values = { text: shortText(table), what: 'a table' };
  findings.report('BT_DSL_CONSTANT_CONDITION', table.range, values, { expected: 'a condition', suggestion: text, fix });
}

function fixOf({ syntax }: Resolved, text: string | undefined): Fix | undefined {
  return text === undefined ? undefined : { range: syntax.range, text };
}

/** `x != "a" or "b"` means neither; `x > 3 or 0` means a default for x. */
function rewritten(node: Resolved, place: ConditionRole, findings: Findings): Fix | undefined {
  const previous = place.kind === 'operand' && place.chain.operator === 'or' ? place.previous : undefined;
  if (previous?.type !== 'binary' || previous.right.type !== 'literal' || previous.right.syntax.type !== node.syntax.type) return undefined;
  const range = rangeOver(findings.source, previous.syntax.range, node.syntax.range);
  if (range === undefined) return undefined;
  const [subject, whole] = [previous.left, previous].map(({ syntax }) => findings.source.slice(syntax.range)) as [string, string];
  const value = formatExpression(node.syntax);
  if (previous.operator === '~=') return { range, text: `(${whole} and ${subject} != ${value})` };
  const isOrder = ['<', '<=', '>', '>='].includes(previous.operator);
  const isDefault = node.type === 'literal' && node.value === 0 && node.syntax.type === 'number' && previous.left.type !== 'literal';
  if (!isOrder || !isDefault) return undefined;
  return { range, text: `(${subject} or 0) ${previous.operator} ${formatExpression(previous.right.syntax)}` };
}

/** `attribute.retries or 0 > 3`: the comparison reads the default instead of the attribute. */
export function comparedDefault({ syntax }: Resolved, place: ConditionRole, findings: Findings): Fix | undefined {
  if (syntax.type !== 'binary' || place.kind !== 'operand') return undefined;
  const isFirst = place.chain.operator === 'and' && place.previous === undefined && place.of.kind === 'operand';
  const { chain, previous } = isFirst ? (place.of as Extract<ConditionRole, { kind: 'operand' }>) : place;
  if (chain.operator !== 'or' || (previous?.type !== 'attribute' && previous?.type !== 'resource-attribute')) return undefined;
  const range = rangeOver(findings.source, previous.syntax.range, syntax.range);
  if (range === undefined) return undefined;
  const [value, other, compared] = [previous.syntax, syntax.left, syntax.right].map((part) => findings.source.slice(part.range));
  return { range, text: `(${value} or ${other}) ${syntax.operator === '~=' ? '!=' : syntax.operator} ${compared}` };
}

/** `x == ("a" or "b")` compares only the first text. Returns whether it was reported. */
export function reportAlternatives({ operator, left, right, syntax }: BinaryNode, findings: Findings): boolean {
  if ((operator !== '==' && operator !== '~=') || right.type !== 'logical' || right.operator !== 'or') return false;
  const values = flatOperands(right);
  if (!values.every((value) => value.type === 'literal' && ['string', 'number', 'duration'].includes(value.syntax.type))) return false;
  const subject = formatExpression(left.syntax);
  const [compared, joiner] = operator === '==' ? ['==', 'or'] : ['!=', 'and'];
  const text = `(${values.map((value) => `${subject} ${compared} ${formatExpression(value.syntax)}`).join(` ${joiner} `)})`;
  const first = (values[0] as Resolved).syntax;
  const what = first.type === 'string' ? 'a text' : first.type === 'duration' ? 'a duration' : 'a number';
  findings.report(
    'BT_DSL_CONSTANT_CONDITION',
    first.range,
    { text: formatExpression(first), what },
    { expected: 'a comparison of each', suggestion: text, fix: { range: syntax.range, text } },
  );
  return true;
}

function meantBy(node: Resolved, place: ConditionRole): string | undefined {
  if (place.kind === 'condition') {
    if (node.type !== 'literal' || typeof node.value !== 'string') return undefined;
    return isCondition(node.value) ? node.value : `span.name == ${formatExpression(node.syntax)}`;
  }
  if (place.kind === 'whole') return undefined;
  const { previous } = place;
  return previous === undefined ? meantBy(node, place.of) : likePrevious(node, previous, place.chain.operator);
}

/** `trace.has("span.name == 'audit'")`: the quoted text is the condition. */
function isCondition(text: string): boolean {
  if (!/^\s*(?:not\b|[!(]|(?:span|attribute)\s*[.[])/.test(text)) return false;
  const { syntax } = parse(text);
  return syntax?.kind === 'expression';
}

/** `span.kind == "server" or "client"`: repeats the comparison with the other value. No value can equal both at once. */
function likePrevious(node: Resolved, previous: Resolved, operator: 'and' | 'or'): string | undefined {
  const value = formatExpression(node.syntax);
  if (previous.type === 'string-test' && node.syntax.type === 'string') {
    return `${formatExpression(previous.subject.syntax)} ${previous.test} ${value}`;
  }
  // The operand before may also be a constant: `a == "x" or "y" or "z"` is fixed one at a time.
  if (previous.type !== 'binary' || previous.right.type !== 'literal' || previous.right.syntax.type !== node.syntax.type) return undefined;
  const isCertain = operator === 'or' ? previous.operator !== '~=' : previous.operator !== '==';
  if (!isCertain) return undefined;
  const text = previous.operator === '~=' ? '!=' : previous.operator;
  return `${formatExpression(previous.left.syntax)} ${text} ${value}`;
}
