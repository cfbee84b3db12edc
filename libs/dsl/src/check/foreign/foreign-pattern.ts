import { formatExpression } from '../../tree/format-expression.js';
import type { BinaryNode, Resolved, StringTestNode } from '../../tree/resolved.js';
import { compilePattern, PatternError } from '../../values/pattern.js';
import type { Findings } from '../scope/scope.js';

/** A glob or a regular expression in a plain text comparison: `span.name == "GET *"`, `x contains "api/.*"`. */
export function foreignPattern(node: BinaryNode | StringTestNode, findings: Findings): void {
  if (node.type === 'string-test') {
    if (node.test === 'matches') {
      backspace(node.pattern, findings);
      if (!likePattern(node, findings)) otherPattern(node.pattern, findings);
    } else compared(node, node.subject, node.pattern, node.test, findings);
  } else if (node.operator === '==' || node.operator === '~=') {
    const isMirrored = node.left.syntax.type === 'string';
    const [subject, pattern] = isMirrored ? [node.right, node.left] : [node.left, node.right];
    compared(node, subject, pattern, node.operator === '==' ? '==' : '!=', findings);
  }
}

export type Operator = '==' | '!=' | 'contains' | 'starts_with' | 'ends_with';

function compared({ syntax }: Resolved, subject: Resolved, pattern: Resolved, operator: Operator, findings: Findings): void {
  const text = stringOf(pattern);
  if (text === undefined || subject.type === 'literal' || !SIGNS.test(text)) return;
  const isRegex = looksLikeRegex(text);
  const isLike = !isRegex && looksLike(text);
  if (!isRegex && !isLike && !looksLikeGlob(text)) return;
  const test = isRegex ? regexTest(text, operator) : globTest(isLike ? text.replaceAll('%', '*') : text, operator);
  const shown = formatExpression(subject.syntax);
  const written = test === undefined ? undefined : operator === '!=' ? `not (${shown} ${test})` : `${shown} ${test}`;
  // `lab.*` as a regular expression matches texts that begin with `lab`, and as a glob those that begin with `lab.`.
  const isEither = (operator === '==' || operator === '!=') && EITHER.test(text);
  const meant = isEither ? `starts_with ${quoted(text.slice(0, -1))} or ${test}` : written;
  const values = {
    text: formatExpression(pattern.syntax),
    operator,
    what: isRegex ? 'regular expressions' : isLike ? 'SQL patterns' : 'globs',
  };
  const fix = meant === undefined || isEither ? undefined : { range: syntax.range, text: meant };
  findings.report('BT_DSL_GLOB', pattern.syntax.range, values, { suggestion: meant, fix });
}

/** Fast path: every pattern has one of these characters, and most texts have none. */
const SIGNS = /[*+|$^%[\\]/;

function stringOf({ syntax }: Resolved): string | undefined {
  return syntax.type === 'string' && syntax.isText ? syntax.value : undefined;
}

/** A star at either end, or as a whole segment of a path. */
function looksLikeGlob(text: string): boolean {
  return text.startsWith('*') || text.endsWith('*') || text.includes('*/') || text.includes('/*');
}

/** Both a glob and a regular expression. */
const EITHER = /^[\w-]+\.\*$/;

/** A `%` at an end of a word: `%lab%`, `lab.%`. `50%` is a share, and `%20` a byte of a URL. */
function looksLike(text: string): boolean {
  if (text.includes('*')) return false;
  const inner = text.replace(/^%|%$/g, '');
  if (inner === text || inner.includes('%') || !/^[\w./ -]+$/.test(inner)) return false;
  return (
    (text.endsWith('%') && /[A-Za-z_./-]$/.test(inner)) ||
    (text.startsWith('%') && /^[A-Za-z_./-]/.test(inner) && !/^[0-9A-Fa-f]{2}/.test(inner))
  );
}

/** The star does nothing in a regular expression, which may match anywhere: `/checkout/*`. */
const STARRED_END = /^\/?[\w/ -]*[\w/]\*$/;

/** `matches "lab.%"`, `matches "/checkout/*"`. */
function likePattern({ pattern, subject, syntax }: StringTestNode, findings: Findings): boolean {
  const text = stringOf(pattern);
  const isGlob = text !== undefined && STARRED_END.test(text);
  if (text === undefined || (!isGlob && !looksLike(text))) return false;
  const test = globTest(text.replaceAll('%', '*'), '==');
  const meant = test === undefined ? undefined : `${formatExpression(subject.syntax)} ${test}`;
  const reason = isGlob ? "'*' repeats the character before it, or leaves it out" : "'%' is a character like any other";
  const values = { text: formatExpression(pattern.syntax), test: 'matches', reason };
  const fix = meant === undefined ? undefined : { range: syntax.range, text: meant };
  findings.report('BT_DSL_FOREIGN_PATTERN', pattern.syntax.range, values, { suggestion: meant, fix });
  return true;
}

function looksLikeRegex(text: string): boolean {
  if (/^\^.|\.[*+]|\\[dwsDWSB.]|\[[^\]]-[^\]]\]|\([^()]+\|[^()]+\)/.test(text)) return true;
  // For example `GET|POST` and `error$`.
  if (text.includes('|')) return /^[\w./ -]+(?:\|[\w./ -]+)+$/.test(text);
  return text.endsWith('$') && /^[\w./ -]*[a-z]\$$/.test(text);
}

function regexTest(text: string, operator: Operator): string | undefined {
  const isWhole = operator === '==' || operator === '!=';
  const start = (isWhole || operator === 'starts_with') && !text.startsWith('^') ? '^' : '';
  const end = (isWhole || operator === 'ends_with') && !text.endsWith('$') ? '$' : '';
  const isOpen = text.includes('|') && !text.includes('(');
  return patternTest(`${start}${isOpen && start + end !== '' ? `(?:${text})` : text}${end}`);
}

/** The equivalent test for a glob, with its operand. */
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

/** In quotes `\b` is a backspace; a regular expression needs `\\b` for a word boundary. */
function backspace(pattern: Resolved, findings: Findings): void {
  if (stringOf(pattern)?.includes('\b') !== true) return;
  const { range } = pattern.syntax;
  const written = findings.source.slice(range);
  const text = written.replace(/(?<!\\)((?:\\\\)*)\\b/g, '$1\\\\b');
  findings.report('BT_DSL_BACKSPACE', range, {}, { suggestion: '\\\\b', fix: text === written ? undefined : { range, text } });
}

const LUA_CLASSES: Readonly<Record<string, string>> = { d: '\\d', s: '\\s', a: '[A-Za-z]', w: '[A-Za-z0-9]', l: '[a-z]', u: '[A-Z]' };
/** Lua's character classes; `%d0` and `%ad` are bytes of a URL instead. */
const LUA_CLASS = /%(?:([da](?![0-9A-Fa-f])|[slwu])|([.+*?()[\]^$-]))/g;
/** A pattern between slashes with an anchor next to a slash: it can never match. */
const SLASHES = /^\/(\^.*|.*\$)\/([a-z]*)$/;

/** `matches "%d+"`, `matches "/^GET/"`. */
function otherPattern(pattern: Resolved, findings: Findings): void {
  const text = stringOf(pattern);
  if (text === undefined) return;
  const [, between, flags = ''] = SLASHES.exec(text) ?? [];
  const better =
    between === undefined
      ? text.replace(LUA_CLASS, (_found, name?: string, sign?: string) => (name === undefined ? `\\${sign}` : (LUA_CLASSES[name] ?? name)))
      : `${flags.includes('i') ? '(?i)' : ''}${between}`;
  if (better === text) return;
  const test = patternTest(better)?.replace(/^matches /, '');
  const reason =
    between === undefined ? "'%' is a character like any other, and classes are '\\\\d', '\\\\s', '[a-z]'" : 'the slashes are a part of it';
  const fix = test === undefined ? undefined : { range: pattern.syntax.range, text: test };
  findings.report(
    'BT_DSL_FOREIGN_PATTERN',
    pattern.syntax.range,
    { text: formatExpression(pattern.syntax), test: 'matches', reason },
    { suggestion: test, fix },
  );
}
