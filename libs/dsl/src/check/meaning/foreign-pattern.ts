import { formatExpression } from '../../format-expression.js';
import { compilePattern, PatternError } from '../../pattern.js';
import type { BinaryNode, Resolved, StringTestNode } from '../../resolved.js';
import type { Findings } from '../context.js';

/** A glob or a regular expression where a text is compared as it is: `span.name == "GET *"`, `x contains "api/.*"`. */
export function foreignPattern(node: BinaryNode | StringTestNode, findings: Findings): void {
  if (node.type === 'string-test') {
    if (node.test === 'matches') backspace(node.pattern, findings);
    else compared(node, node.subject, node.pattern, node.test, findings);
  } else if (node.operator === '==' || node.operator === '~=') {
    const isMirrored = node.left.syntax.type === 'string';
    const [subject, pattern] = isMirrored ? [node.right, node.left] : [node.left, node.right];
    compared(node, subject, pattern, node.operator === '==' ? '==' : '!=', findings);
  }
}

export type Operator = '==' | '!=' | 'contains' | 'starts_with' | 'ends_with';

function compared({ syntax }: Resolved, subject: Resolved, pattern: Resolved, operator: Operator, findings: Findings): void {
  const text = stringOf(pattern);
  if (text === undefined || subject.type === 'literal') return;
  const isRegex = looksLikeRegex(text);
  if (!isRegex && !looksLikeGlob(text)) return;
  const test = isRegex ? regexTest(text, operator) : globTest(text, operator);
  const shown = formatExpression(subject.syntax);
  const meant = test === undefined ? undefined : operator === '!=' ? `not (${shown} ${test})` : `${shown} ${test}`;
  const values = { text: formatExpression(pattern.syntax), operator, what: isRegex ? 'regular expressions' : 'globs' };
  const fix = meant === undefined ? undefined : { range: syntax.range, text: meant };
  findings.report('BT_DSL_GLOB', pattern.syntax.range, values, { suggestion: meant, fix });
}

function stringOf({ syntax }: Resolved): string | undefined {
  return syntax.type === 'string' && syntax.isText ? syntax.value : undefined;
}

/** A star at either end, or for a part of a path. */
function looksLikeGlob(text: string): boolean {
  return text.startsWith('*') || text.endsWith('*') || text.includes('*/') || text.includes('/*');
}

function looksLikeRegex(text: string): boolean {
  return /^\^.|\.[*+]|\\[dwsDWSB.]|\[[^\]]-[^\]]\]|\([^()]+\|[^()]+\)/.test(text);
}

function regexTest(text: string, operator: Operator): string | undefined {
  const isWhole = operator === '==' || operator === '!=';
  const start = (isWhole || operator === 'starts_with') && !text.startsWith('^') ? '^' : '';
  const end = (isWhole || operator === 'ends_with') && !text.endsWith('$') ? '$' : '';
  return patternTest(`${start}${text}${end}`);
}

/** The test that a glob stands for, with its operand. */
export function globTest(text: string, operator: Operator): string | undefined {
  const inner = text.replace(/^\*+|\*+$/g, '');
  if (inner === '') return undefined;
  if (operator !== '==' && operator !== '!=') return inner.includes('*') ? undefined : `${operator} ${quoted(inner)}`;
  if (inner.includes('*')) return patternTest(`^${text.split(/\*+/).map(escaped).join('.*')}$`);
  if (!text.endsWith('*')) return `ends_with ${quoted(inner)}`;
  return text.startsWith('*') ? `contains ${quoted(inner)}` : `starts_with ${quoted(inner)}`;
}

function patternTest(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return `matches ${quoted(pattern)}`;
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function quoted(value: string): string {
  return formatExpression({ type: 'string', value, isText: true, range: { start: 0, end: 0 } });
}

/** In quotes `\b` is a backspace: a regular expression needs `\\b` for the boundary of a word. */
function backspace(pattern: Resolved, findings: Findings): void {
  if (stringOf(pattern)?.includes('\b') !== true) return;
  const { range } = pattern.syntax;
  const written = findings.source.slice(range);
  const text = written.replace(/(?<!\\)((?:\\\\)*)\\b/g, '$1\\\\b');
  findings.report('BT_DSL_BACKSPACE', range, {}, { suggestion: '\\\\b', fix: text === written ? undefined : { range, text } });
}
