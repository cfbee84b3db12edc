import { type ParseArgsConfig, parseArgs } from 'node:util';
import { withoutLogin } from '#base';
import { didYouMean, suggest } from '#platform';
import { UsageError } from './problems.js';
import type { Terminal } from './terminal.js';

/** 0: success; 1: findings, failed tests, invalid signatures; 2: the command failed. */
export type ExitCode = 0 | 1 | 2;

export interface Command {
  /** As typed: `check`, `rules convert`. */
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Arguments and options, for `--help`. */
  readonly help: string;
  run(args: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

type Options = NonNullable<ParseArgsConfig['options']>;
type Parsed<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true; args: string[] }>>;

/** Parses a command's arguments; throws a UsageError for an unknown option, or one without its value. */
export function readArguments<const O extends Options>(args: readonly string[], options: O): Parsed<O> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(refusalOf(error, Object.keys(options)), { cause: error });
  }
}

/** Node's message, with the known option that was probably meant. */
function refusalOf(error: unknown, names: readonly string[]): string {
  const message = error instanceof Error ? error.message : String(error);
  const unknown = /Unknown option '--([^']*)'/.exec(message)?.[1];
  if (unknown === undefined) return message;
  const meant = suggest(unknown, names);
  return `there is no option --${unknown}${didYouMean(meant === undefined ? undefined : `--${meant}`)}`;
}

/** Parses the arguments of a command without positional ones. Throws a UsageError. */
export function readOptions<const O extends Options>(args: readonly string[], options: O): Parsed<O>['values'] {
  const { values, positionals } = readArguments(args, options);
  const [first] = positionals;
  if (first !== undefined) throw new UsageError(`it takes options alone, and no ${JSON.stringify(shownWord(first))}`);
  return values;
}

/** A word of the command line in an error, without what may be a secret: a value (`DATABASE_URL=…` in the wrong place), or who logs in to an address. */
export function shownWord(word: string): string {
  return withoutLogin(word.replace(/=.*/s, '=…'));
}

/** The option of commands that print text or JSON. */
export const OUTPUT_OPTION = { output: { type: 'string', default: 'text' } } as const;

/** A word of a fixed list. Throws a UsageError with the list, and the word that was probably meant. */
export function oneOf<const W extends string>(what: string, given: string, words: readonly W[]): W {
  const found = words.find((word) => word === given);
  if (found !== undefined) return found;
  const list = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  const meant = suggest(given, words);
  throw new UsageError(`${what} is ${list}, not ${shownWord(given)}${meant === undefined ? '' : didYouMean(meant)}`);
}

/** Whether JSON is requested. Throws a UsageError when `--output` is neither `text` nor `json`. */
export const asksForJson = ({ output }: { readonly output: string }): boolean => oneOf('--output', output, ['text', 'json']) === 'json';

/** Takes `--output` out of arguments whose others are flags of the server. Throws a UsageError. */
export function takeOutput(args: readonly string[]): { readonly isJson: boolean; readonly others: readonly string[] } {
  const others: string[] = [];
  let output = 'text';
  for (let at = 0; at < args.length; at++) {
    const arg = args[at]!;
    if (arg === '--output') output = args[++at] ?? '';
    else if (arg.startsWith('--output=')) output = arg.slice('--output='.length);
    else others.push(arg);
  }
  return { isJson: asksForJson({ output }), others };
}
