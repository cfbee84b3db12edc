import type { Named, Vocabulary, Words } from './vocabulary';

/** What the language says about one of its words. */
export interface WordDocs {
  /** `trace.count(condition) → number`. */
  readonly signature: string;
  readonly doc: string;
  readonly parameters: readonly { readonly name: string; readonly doc: string; readonly optional?: boolean }[];
  readonly example?: string;
}

/** Words that are neither fields nor functions. */
const ROOTS: Readonly<Record<string, WordDocs>> = {
  span: {
    signature: 'span',
    doc: 'The span that is judged; in a condition of trace.has and the like, the span on which the condition is evaluated.',
    parameters: [],
  },
  trace: { signature: 'trace', doc: 'The trace as a whole: its fields, and functions over all its spans.', parameters: [] },
  attribute: {
    signature: 'attribute.name',
    doc: 'The attribute of this name of the span; nil when it has none.',
    parameters: [],
    example: 'attribute.http.method == "POST"',
  },
  where: {
    signature: 'name where condition',
    doc: 'Names the span that a condition is about, so that an inner condition can compare it with another one.',
    parameters: [],
    example: 'trace.has(a where a.name == "read" and not trace.has(span.name == "audit" and span.parent_id == a.id))',
  },
};

/**
 * The documentation of the last word of a written path (`span.children.count`); undefined of names and of attributes.
 */
export function wordDocs(vocabulary: Vocabulary, path: string): WordDocs | undefined {
  const library = vocabulary.library.find(({ name }) => name === path);
  if (library !== undefined) return docsOf(library.name, library);
  const parts = path.split(/[.:]/);
  const word = parts.at(-1) ?? '';
  const test = vocabulary.stringTests.find(({ name }) => name === word);
  if (test !== undefined) return { ...docsOf(word, test), signature: `text ${word} text → boolean` };
  if (parts.length === 1) return ROOTS[word] ?? operatorDocs(vocabulary, word);
  const owner = parts.at(-2) ?? '';
  if (parts.slice(0, -1).some((part) => /^attributes?$|^resource$/.test(part))) return undefined;
  const named = [...membersOf(wordsOf(vocabulary, owner))].find(({ name }) => name === word);
  return named === undefined ? undefined : docsOf(`${owner}.${word}`, named);
}

/** The fields and functions of the name before a dot. A name that the language does not define is that of a span. */
export function wordsOf(vocabulary: Vocabulary, owner: string): Words {
  if (owner === 'trace') return vocabulary.trace;
  if (owner === 'scope') return vocabulary.scope ?? {};
  return /^(children|descendants|ancestors)$/.test(owner) ? vocabulary.relatives : vocabulary.span;
}

function* membersOf({ fields = [], functions = [] }: Words): Iterable<Named> {
  yield* fields;
  yield* functions;
}

export function docsOf(title: string, { type, returns, doc, example, parameters }: Named): WordDocs {
  const listed = parameters?.map(({ name, optional }) => (optional === true ? `${name}?` : name)).join(', ');
  const result = returns ?? type;
  return {
    signature: `${title}${listed === undefined ? '' : `(${listed})`}${result === undefined ? '' : ` → ${result}`}`,
    doc,
    parameters: (parameters ?? []).filter((parameter) => parameter.doc !== ''),
    ...(example === undefined ? {} : { example }),
  };
}

function operatorDocs(vocabulary: Vocabulary, word: string): WordDocs | undefined {
  const found = vocabulary.operators?.find(({ operators }) => operators.includes(word));
  return found === undefined ? undefined : { signature: word, doc: `Takes ${found.takes}. Answers ${found.returns}.`, parameters: [] };
}
