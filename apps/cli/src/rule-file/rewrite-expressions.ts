import { isMap, isScalar, isSeq, parseDocument, type Scalar, stringify } from 'yaml';
import { isBlock } from '../finding/scalar-places.js';

/** Returns the replacement of an expression. */
export type Rewrite = (text: string) => string;

/**
 * Rewrites the texts at `rules[*].expression`. Everything else stays the same byte for byte: comments, spacing, other keys. A text of several lines becomes a
 * block.
 */
export function rewriteExpressions(source: string, rewrite: Rewrite): string {
  let result = source;
  for (const { scalar, indent } of expressionScalars(source).toReversed()) {
    const [start = 0, end = 0] = scalar.range ?? [];
    const text = scalar.value as string;
    const trailing = text.endsWith('\n') ? '\n' : '';
    const rewritten = rewrite(text.replace(/\n+$/, '')) + trailing;
    if (rewritten !== text) result = result.slice(0, start) + withLineEnds(spelled(rewritten, scalar, indent), source) + result.slice(end);
  }
  return result;
}

interface Place {
  readonly scalar: Scalar;
  /** Columns before the key. */
  readonly indent: number;
}

function expressionScalars(source: string): readonly Place[] {
  const document = parseDocument(source, { version: '1.2' });
  const rules = document.get('rules', true);
  if (document.errors.length > 0 || !isSeq(rules)) return [];
  return rules.items.flatMap((rule) => {
    const pair = isMap(rule) ? rule.items.find(({ key }) => isScalar(key) && key.value === 'expression') : undefined;
    if (pair === undefined || !isScalar(pair.value) || typeof pair.value.value !== 'string') return [];
    const keyStart = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    return [{ scalar: pair.value, indent: keyStart - (source.lastIndexOf('\n', keyStart - 1) + 1) }];
  });
}

function withLineEnds(text: string, source: string): string {
  return source.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

/** The value as YAML, in its current style if that can hold it. */
function spelled(text: string, scalar: Scalar, indent: number): string {
  const lines = text.replace(/\n$/, '').split('\n');
  if (lines.length === 1 && !isBlock(scalar)) {
    const style = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE' ? scalar.type : 'PLAIN';
    return stringify(text, { lineWidth: 0, defaultStringType: style }).trimEnd();
  }
  if (scalar.type === 'QUOTE_DOUBLE') return JSON.stringify(text);
  const body = lines.map((line) => (line === '' ? '' : ' '.repeat(indent + 2) + line)).join('\n');
  return `${text.endsWith('\n') ? '|' : '|-'}\n${body}${isBlock(scalar) ? '\n' : ''}`;
}
