import { type CompletionContext, type CompletionResult, completeFromList } from '@codemirror/autocomplete';
import { HighlightStyle, StreamLanguage, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** What `GET /v1/dsl` says of the language. */
export interface Vocabulary {
  readonly span: Words;
  readonly trace: Words;
  readonly relatives: Words;
  readonly library: readonly Named[];
  readonly stringTests: readonly Named[];
}
interface Words {
  readonly fields?: readonly Named[];
  readonly functions?: readonly Named[];
}
interface Named {
  readonly name: string;
  readonly type?: string;
  readonly returns?: string;
  readonly doc: string;
  readonly example?: string;
  readonly parameters?: readonly unknown[];
}

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

/** Fields and functions that can stand where one writes. */
export function completeDsl(words: Vocabulary): (context: CompletionContext) => CompletionResult | null | Promise<CompletionResult | null> {
  const optionsOf = ({ fields = [], functions = [] }: Words) => [
    ...fields.map(({ name, type, doc, example }) => ({ label: name, type: 'property', detail: type ?? '', info: infoOf(doc, example) })),
    ...functions.map(({ name, returns, doc, example }) => ({
      label: name,
      type: 'function',
      detail: returns ?? '',
      info: infoOf(doc, example),
      apply: `${name}(`,
    })),
  ];
  const members: Readonly<Record<string, ReturnType<typeof optionsOf>>> = {
    trace: optionsOf(words.trace),
    relatives: optionsOf(words.relatives),
    span: optionsOf(words.span),
  };
  const top = completeFromList([
    ...ROOTS,
    ...words.stringTests.map(({ name, doc, example }) => ({ label: name, type: 'keyword', info: infoOf(doc, example) })),
    ...words.library.map(({ name, doc, example }) => ({ label: name, type: 'function', info: infoOf(doc, example) })),
  ]);
  return (context) => {
    const path = context.matchBefore(/[A-Za-z_][\w.]*\.\w*/);
    if (path === null) return context.matchBefore(/\w+/) === null && !context.explicit ? null : top(context);
    const [owner = '', before] = path.text.split('.').slice(0, -1).reverse();
    if (owner === 'attribute' || owner === 'attributes' || before === 'attribute') return null;
    const options = members[owner === 'trace' ? 'trace' : /^(children|descendants|ancestors)$/.test(owner) ? 'relatives' : 'span'] ?? [];
    return { from: path.from + path.text.lastIndexOf('.') + 1, options, validFor: /^\w*$/ };
  };
}

const infoOf = (doc: string, example: string | undefined): string => (example === undefined ? doc : `${doc}\n\n${example}`);
