import { CatalogueError, filledSentence } from '#base';

/** Errors of files, servers and keys; those of expressions have codes of the DSL's catalogue. */
export const CLI_PROBLEMS = {
  BT_CLI_FILE: { sentence: 'cannot {action} {file}: {reason}' },
  BT_CLI_YAML: { sentence: '{reason}', doc: 'The rule file is not a YAML 1.2 (or JSON) document.' },
  BT_CLI_UNKNOWN_KEY: { sentence: "unknown key '{key}' in {where}; known are {known}" },
  BT_CLI_MISSING_KEY: { sentence: "{where} needs '{key}': {what}" },
  BT_CLI_WRONG_VALUE: { sentence: "'{key}' is {expected}, not {found}" },
  BT_CLI_TOO_LARGE: {
    sentence: "the file holds traces {limit}, from '{key}' on: aliases may not expand to more values",
    doc: 'The size of the traces of a rule file is limited, because an alias can expand to any number of values.',
  },
  BT_CLI_OF_GO: {
    sentence: "this is a file of the Go version: it has the key '{key}'. `betrace rules convert FILE` converts it to a rule file",
    doc: 'Rules of the Go version have `condition` and `example_violation`.',
  },
  BT_CLI_RULE_TEXT: { sentence: "'{key}' {what}" },
  BT_CLI_DUPLICATE_ID: { sentence: "rule '{id}' is already defined in {place}" },
  BT_CLI_TRACE_LINE: { sentence: '{what}', doc: 'A line of a trace that is written as a tree.' },
  BT_CLI_TRACE_SPANS: { sentence: 'the trace is not a list of spans: {what}' },
  BT_CLI_SERVER: { sentence: '{url} {what}' },
  BT_CLI_PREVIEW: { sentence: 'the preview failed: {what}', doc: 'The message of the server follows.' },
  BT_CLI_STOPPED: { sentence: 'stopped; the preview on the server is ended too' },
  BT_CLI_NOT_VIOLATIONS: { sentence: '{where} holds no violations: {what}' },
  BT_CLI_KEY: { sentence: 'no key to verify with: {what}' },
  BT_CLI_NOT_BUILT: { sentence: '{file} does not exist: build first (npm run build)' },
} as const satisfies Record<string, { readonly sentence: string; readonly doc?: string }>;

export type CliProblemCode = keyof typeof CLI_PROBLEMS;

export function sentenceOf(code: CliProblemCode, values: Readonly<Record<string, string>>): string {
  return filledSentence(CLI_PROBLEMS[code].sentence, values);
}

/** The command cannot continue, because a file, a server or a key is unusable. Exits with 2. */
export class CliError extends CatalogueError<typeof CLI_PROBLEMS> {
  override readonly name = 'CliError';

  constructor(code: CliProblemCode, values: Readonly<Record<string, string>>) {
    super(CLI_PROBLEMS, code, values);
  }
}

/** The arguments are invalid. Exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
