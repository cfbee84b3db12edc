// Commands in the sentences of a document. No test runs them, so their scripts, commands and options are compared with the existing ones.
import { suggest } from '#platform';

export interface KnownCommands {
  /** Scripts of the package.json files. */
  readonly scripts: ReadonlySet<string>;
  /** By each command of `betrace` its options, with their dashes. */
  readonly commands: ReadonlyMap<string, ReadonlySet<string>>;
  /** Options of the server, which `serve`, `doctor`, `backup` and `restore` take, too. */
  readonly flags: ReadonlySet<string>;
}

const WITH_FLAGS = new Set(['serve', 'doctor', 'backup', 'restore']);
/** Scripts that npm knows by their names alone. */
const SHORT = new Set(['start', 'test']);

/** The problems of a document, one sentence each: an unknown script, command or option. */
export function inlineCommandProblems(path: string, markdown: string, known: KnownCommands): readonly string[] {
  const sentences = markdown.replaceAll(/^ *(```|~~~)[\s\S]*?^ *\1/gm, '').replaceAll(/^ {4}.*$/gm, '');
  const spans = [...sentences.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span.replaceAll(/\s+/g, ' ').trim());
  return [...new Set(spans.flatMap((span) => problemOf(span, known) ?? []))].map((problem) => `${path}: ${problem}`);
}

function problemOf(span: string, known: KnownCommands): string | undefined {
  const [first, ...rest] = span.replace(/^(?:[A-Z_]+=\S* )+/, '').split(' ');
  if (first === 'betrace') return problemOfBetrace(span, rest, known);
  if (first === 'npx' && rest[0] === 'betrace') return problemOfBetrace(span, rest.slice(1), known);
  if (first !== 'npm') return undefined;
  const [script = '', ...words] = rest[0] === 'run' ? rest.slice(1).filter((word) => word !== '-s' && word !== '--silent') : rest;
  if (rest[0] !== 'run' && !SHORT.has(script)) return undefined;
  if (!isWord(script)) return undefined;
  if (!known.scripts.has(script)) return `\`${span}\`: there is no script ${script}${orMeant(script, known.scripts)}`;
  return script === 'betrace' ? problemOfBetrace(span, words.slice(words.indexOf('--') + 1), known) : undefined;
}

function problemOfBetrace(span: string, words: readonly string[], { commands, flags }: KnownCommands): string | undefined {
  const [first = '', second = ''] = words;
  if (!isWord(first)) return undefined;
  const name = [`${first} ${second}`, first].find((one) => commands.has(one));
  const belongs = [...commands.keys()].some((one) => one.startsWith(`${first} `));
  if (name === undefined && belongs && second === '') return undefined;
  if (name === undefined) return `\`${span}\`: there is no command ${first}${orMeant(first, commands.keys())}`;
  const options = words.filter((word) => word.startsWith('--') && word !== '--' && word !== '--help').map((word) => word.split('=')[0]!);
  const isKnown = (option: string) => commands.get(name)!.has(option) || (WITH_FLAGS.has(name) && flags.has(option));
  const unknown = options.find((option) => !isKnown(option));
  return unknown === undefined ? undefined : `\`${span}\`: \`betrace ${name}\` has no option ${unknown}`;
}

/** Not a placeholder, such as `COMMAND`, `X` or `…`. */
const isWord = (text: string) => /^[a-z][a-z:-]*$/.test(text);

function orMeant(name: string, known: Iterable<string>): string {
  const meant = suggest(name, known);
  return meant === undefined ? '' : `. Is it ${meant}?`;
}
