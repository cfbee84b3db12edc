// docs/dsl.md: the reference of BeTraceDSL, from the catalogue of the checker and of completion. Every example is run.

import { MAX_TEXT } from '../../libs/dsl/src/parse/parse.js';
import { PROBLEMS } from '../../libs/dsl/src/text/problems.js';
import { LIBRARY } from '../../libs/dsl/src/values/lua/library.js';
import { describeTypes } from '../../libs/dsl/src/values/types.js';
import { PAIR_FUNCTIONS, RELATIVES_FUNCTIONS } from '../../libs/dsl/src/vocabulary/trace-vocabulary.js';
import {
  LIBRARY_FUNCTIONS,
  SCOPE_FIELDS,
  SPAN_FIELDS,
  SPAN_FUNCTIONS,
  STRING_TEST_FUNCTIONS,
  TRACE_FIELDS,
  type VocabularyField,
  type VocabularyFunction,
} from '../../libs/dsl/src/vocabulary/vocabulary.js';
import { outcomeOf } from './dsl-examples.js';
import { EXPLANATIONS } from './dsl-explanations.js';
import { ERRORS, FIRST_RULE, GRAMMAR, JUDGEMENT, NAMED_SPANS, OPERATORS, ORDER, UNTOLD, VALUES } from './dsl-prose.js';

/** The text of docs/dsl.md. */
export function dslDocument(): string {
  return `# BeTraceDSL

A rule is true for a span or trace that violates it. Its text is an expression of Lua 5.3 over \`span\`, \`trace\` and \`attribute\`, with the additions on this
page, of at most ${MAX_TEXT.toLocaleString('en')} characters. This page is generated from the catalogue that the checker, completion and
\`GET /v1/dsl\` read, and every example on it is run by a test. The right column shows the result of the example on [the trace at the end](#the-trace-of-the-examples).

${FIRST_RULE}
${GRAMMAR}
${OPERATORS}
${VALUES}
## span

${fields(SPAN_FIELDS, 'span')}
An attribute is \`span.attributes["http.method"]\`, \`attribute.http.method\` or \`attribute["http.method"]\`; it is nil when the span doesn't have it.

${functions(SPAN_FUNCTIONS, 'span')}
### span.scope

${fields(SCOPE_FIELDS, 'span.scope')}
## trace

${fields(TRACE_FIELDS, 'trace')}
### trace, span.children, span.descendants, span.ancestors

The functions read all spans of the trace, or the descendants, children or ancestors of a span. Inside a condition, \`span\` and \`attribute\` refer to the span being tested.

${functions(RELATIVES_FUNCTIONS, 'trace')}
${NAMED_SPANS}
### Order, deadlines, structure

${functions(PAIR_FUNCTIONS, 'trace')}
${ORDER}
## Strings and numbers

\`x contains y\` and \`x:contains(y)\` are the same.

${functions(STRING_TEST_FUNCTIONS, 'x')}
${library()}
${ERRORS}
${EXPLANATIONS}
${JUDGEMENT}
## Diagnostics

The checker reports each problem with line, column, what was expected and, where it is certain, a fix. A rule with errors is not saved; one with warnings is.

| code | severity | message | |
|---|---|---|---|
${Object.entries(PROBLEMS)
  .map(([code, { severity, message, doc }]) => `| \`${code}\` | ${severity} | ${cell(message)} | ${cell(doc)} |`)
  .join('\n')}
${UNTOLD}`;
}

function fields(list: readonly VocabularyField[], owner: string): string {
  const rows = list.map(
    ({ name, type, values, doc, example }) =>
      `| \`${owner}.${name}\` | ${type} | ${cell(doc)}${values === undefined ? '' : ` One of ${values.map((v) => `\`${v}\``).join(', ')}.`} | ${judged(example)} |`,
  );
  return `| field | type | | example |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

function functions(list: readonly VocabularyFunction[], owner: string): string {
  const separator = owner === 'x' ? ':' : '.';
  const rows = list.map(({ name, parameters, returns, doc, example }) => {
    const required = parameters.filter(({ optional }) => optional !== true).map((parameter) => parameter.name);
    const optional = parameters.filter((parameter) => parameter.optional === true).map((parameter) => `[, ${parameter.name}]`);
    return `| \`${owner}${separator}${name}(${required.join(', ')}${optional.join('')})\` | ${returns} | ${cell(doc)} | ${judged(example)} |`;
  });
  const notes = new Map(
    list.flatMap(({ parameters }) => parameters.map(({ name, type, doc }) => [name, `- \`${name}\`, a ${type}: ${doc}`])),
  );
  return `| function | returns | | example |\n|---|---|---|---|\n${rows.join('\n')}\n\n${[...notes.values()].join('\n')}\n`;
}

function library(): string {
  const rows = LIBRARY_FUNCTIONS.map(({ name, doc, example }) => {
    const { takes, returns, minimum, maximum } = LIBRARY[name as keyof typeof LIBRARY];
    const count = minimum === maximum ? `${minimum}` : `${minimum} to ${maximum}`;
    return `| \`${name}\` | ${count} of ${describeTypes(takes)} | ${describeTypes(returns)} | ${cell(doc)} | ${judged(example)} |`;
  });
  return `| function | takes | returns | | example |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function judged(example: string): string {
  return `\`${cell(example)}\` — ${outcomeOf(example)}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
