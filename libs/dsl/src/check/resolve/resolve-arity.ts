import type { Fix } from '../../text/diagnostic.js';
import type { Expression } from '../../text/syntax.js';
import type { Resolved } from '../../tree/resolved.js';
import type { VocabularyFunction } from '../../vocabulary/vocabulary.js';
import type { CheckScope } from '../scope/scope.js';

/** Describes the parameters of a function for a message: `1 condition`, `a, b, and perhaps within, tolerance`. */
export function wantedArguments(parameters: VocabularyFunction['parameters']): string {
  const [only] = parameters;
  if (only !== undefined && parameters.length === 1) return `1 ${only.name}`;
  const names = (optional: boolean): string =>
    parameters
      .filter((parameter) => (parameter.optional === true) === optional)
      .map(({ name }) => name)
      .join(', ');
  return names(true) === '' ? names(false) : `${names(false)} and perhaps ${names(true)}`;
}

export function arityError(call: Expression, name: string, expected: string, found: number, scope: CheckScope, fix?: Fix): Resolved {
  const extras = { expected: expected, suggestion: fix?.text, fix };
  return scope.findings.refuse(call, 'BT_DSL_ARITY', call.range, { name, wanted: expected, found: String(found) }, extras);
}
