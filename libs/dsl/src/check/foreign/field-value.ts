import { suggest } from '../../text/suggest.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { Resolved } from '../../tree/resolved.js';
import { fieldValues } from '../../vocabulary/vocabulary.js';
import type { CheckScope } from '../scope/scope.js';
import { wordOf } from './foreign-member.js';

/** Other words for the status codes. */
const STATUS_WORDS: Readonly<Record<string, string>> = {
  failed: 'error',
  failure: 'error',
  fail: 'error',
  success: 'ok',
  succeeded: 'ok',
  successful: 'ok',
};

/** `span.status == "ERROR"`: a field with a fixed set of values is compared with another value. */
export function checkFieldValue(field: Resolved, value: Resolved, scope: CheckScope): void {
  if (field.type !== 'field' || value.type !== 'literal' || typeof value.value !== 'string') return;
  const values = fieldValues(field.field);
  if (values === undefined || values.includes(value.value)) return;
  const word = value.value.replace(/^(STATUS_CODE|SPAN_KIND)_/i, '');
  const alias = field.field === 'status' ? wordOf(STATUS_WORDS, word.toLowerCase()) : undefined;
  const suggestion = alias ?? suggest(word, values);
  // The fix for a script variable's value goes where the variable is assigned.
  const syntax = value.declared ?? value.syntax;
  const fix = suggestion === undefined || syntax.type !== 'string' ? undefined : { range: syntax.range, text: `"${suggestion}"` };
  const names = { field: formatExpression(field.syntax), value: formatExpression(syntax) };
  scope.findings.report('BT_DSL_UNKNOWN_VALUE', syntax.range, names, {
    expected: values.map((v) => `"${v}"`).join(', '),
    suggestion,
    fix,
  });
}

/** `span.kind == 2`: the number that OTLP uses for the word. */
export function refuseNumber(field: Resolved, value: Resolved, scope: CheckScope): boolean {
  if (field.type !== 'field' || value.type !== 'literal' || typeof value.value !== 'number') return false;
  const word = fieldValues(field.field)?.[value.value];
  if (word === undefined || value.syntax.type !== 'number') return false;
  const text = `"${word}"`;
  const names = { field: formatExpression(field.syntax), value: formatExpression(value.syntax) };
  const extras = { expected: 'a text', suggestion: text, fix: { range: value.syntax.range, text } };
  scope.findings.report('BT_DSL_UNKNOWN_VALUE', value.syntax.range, names, extras);
  return true;
}
