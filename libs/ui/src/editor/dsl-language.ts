import { type CompletionContext, type CompletionResult, completeFromList } from '@codemirror/autocomplete';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';
import { closing } from './closing';
import type { Named, Vocabulary, Words } from './vocabulary';
import { docsOf, wordsOf } from './word-docs';

const KEYWORDS =
  /^(?:and|or|not|where|contains|starts_with|ends_with|matches|nil|true|false|if|then|else|elseif|end|for|in|do|local|return|while|function)\b/;

const language = StreamLanguage.define({
  name: 'betrace-dsl',
  languageData: { commentTokens: { line: '--' }, closeBrackets: { brackets: ['(', '[', '{', '"'] } },
  token(stream) {
    if (stream.eatSpace()) return null;
    if (stream.match('--')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match(/^"(?:[^"\\]|\\.)*"?/) || stream.match(/^'(?:[^'\\]|\\.)*'?/)) return 'string';
    if (stream.match(/^\d[\d_.]*(?:ms|us|ns|s|m|h)?\b/)) return 'number';
    if (stream.match(KEYWORDS)) return 'keyword';
    if (stream.match(/^[A-Za-z_]\w*(?:\.\w+)*/)) return /^(?:span|trace|attribute)\b/.test(stream.current()) ? 'propertyName' : null;
    stream.next();
    return null;
  },
});

const highlight = HighlightStyle.define([
  { tag: tags.comment, color: 'var(--syntax-comment)' },
  { tag: tags.string, color: 'var(--syntax-string)' },
  { tag: tags.number, color: 'var(--syntax-number)' },
  { tag: tags.keyword, color: 'var(--syntax-keyword)' },
  { tag: tags.propertyName, color: 'var(--syntax-field)' },
]);

export const dslLanguage = [language, syntaxHighlighting(highlight)];

const ROOTS = ['span', 'trace', 'attribute', 'and', 'or', 'not', 'where', 'true', 'false', 'nil'].map((label) => ({
  label,
  type: 'keyword',
}));

/** A value of a field: a comparison, and the literal so far. */
const FIELD_VALUE = /(?<![.\w])(?!attributes?\.)\w+(?:\.\w+)*?\.(\w+)\s*(?:==|~=|!=)\s*("[^"]*)$/;
const UNIT = /\b\d+(?:\.\d+)?([a-z]*)$/;

/** Completions at the cursor: fields, functions, the values of a field with few, and units after a number. */
export function completeDsl(words: Vocabulary): (context: CompletionContext) => CompletionResult | null | Promise<CompletionResult | null> {
  const optionsOf = ({ fields = [], functions = [] }: Words) => [
    ...fields.map((field) => ({ label: field.name, type: 'property', detail: field.type ?? '', info: infoOf(field.name, field) })),
    ...functions.map((each) => ({
      label: each.name,
      type: 'function',
      detail: each.returns ?? '',
      info: infoOf(each.name, each),
      apply: `${each.name}(`,
    })),
  ];
  const members = new Map([words.trace, words.relatives, words.span, words.scope ?? {}].map((each) => [each, optionsOf(each)]));
  const top = completeFromList([
    ...ROOTS,
    ...words.stringTests.map((test) => ({ label: test.name, type: 'keyword', info: infoOf(test.name, test) })),
    ...words.library.map((each) => ({ label: each.name, type: 'function', info: infoOf(each.name, each) })),
  ]);
  const units = (words.durationUnits ?? []).map(({ unit }) => ({ label: unit, type: 'unit' }));
  return (context) => {
    const value = context.matchBefore(FIELD_VALUE);
    if (value !== null) return fieldValues(words, FIELD_VALUE.exec(value.text), context);
    const number = context.matchBefore(UNIT);
    if (number !== null) {
      const written = UNIT.exec(number.text)?.[1] ?? '';
      return written === '' && !context.explicit ? null : { from: context.pos - written.length, options: units, validFor: /^[a-z]*$/ };
    }
    const path = context.matchBefore(/[A-Za-z_][\w.]*\.\w*/);
    if (path === null) return context.matchBefore(/\w+/) === null && !context.explicit ? null : top(context);
    const [owner = '', before] = path.text.split('.').slice(0, -1).reverse();
    if (owner === 'attribute' || owner === 'attributes' || before === 'attribute') return null;
    const library = words.library.filter(({ name }) => name.startsWith(`${owner}.`));
    const options =
      library.length > 0
        ? library.map((each) => ({ label: each.name.slice(owner.length + 1), type: 'function', info: infoOf(each.name, each) }))
        : (members.get(wordsOf(words, owner)) ?? []);
    return { from: path.from + path.text.lastIndexOf('.') + 1, options, validFor: /^\w*$/ };
  };
}

/** `span.kind == "` and what may follow. */
function fieldValues(words: Vocabulary, found: RegExpExecArray | null, context: CompletionContext): CompletionResult | null {
  const [, name, written = ''] = found ?? [];
  const values = words.span.fields?.find((field) => field.name === name)?.values;
  if (values === undefined) return null;
  const options = values.map((value) => ({ label: `"${value}"`, type: 'constant', apply: closing(`"${value}`, '"') }));
  return { from: context.pos - written.length, options, validFor: /^"[^"]*$/ };
}

function infoOf(title: string, named: Named): string {
  const { signature, doc, parameters, example } = docsOf(title, named);
  const lines = parameters.map((parameter) => `${parameter.name}: ${parameter.doc}`);
  return [signature, doc, ...lines, ...(example === undefined ? [] : [example])].join('\n\n');
}
