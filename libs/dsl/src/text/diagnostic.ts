import { filledSentence } from '#base';
import type { ProblemCode } from './problems.js';
import { PROBLEMS } from './problems.js';
import type { Range } from './source.js';
import { Source } from './source.js';

/** A replacement that repairs the text: replace `range` by `text`. */
export interface Fix {
  readonly range: Range;
  readonly text: string;
}

/** An error or a warning about a rule's text, with its position and a remedy. The API, the command line and the editor share this structure. */
export interface Diagnostic {
  readonly code: ProblemCode;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** From 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly range: Range;
  /** The expected text. */
  readonly expected?: string;
  /** The most similar known name, or a replacement. */
  readonly suggestion?: string;
  readonly fix?: Fix;
}

export interface DiagnosticExtras {
  readonly expected?: string | undefined;
  readonly suggestion?: string | undefined;
  readonly fix?: Fix | undefined;
}

/**
 * Creates every diagnostic.
 * @param values the values for the names in braces in the problem's message
 */
export function diagnose(
  source: Source,
  code: ProblemCode,
  range: Range,
  values: Readonly<Record<string, string>> = {},
  extras: DiagnosticExtras = {},
): Diagnostic {
  const problem = PROBLEMS[code];
  const start = source.place(range.start);
  const end = source.place(range.end);
  return {
    code,
    severity: problem.severity,
    message: filledSentence(problem.message, shortened(values), ''),
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    range,
    ...(extras.expected === undefined ? {} : { expected: extras.expected }),
    ...(extras.suggestion === undefined ? {} : { suggestion: extras.suggestion }),
    ...(extras.fix === undefined ? {} : { fix: extras.fix }),
  };
}

/** The maximum length of a quotation from the rule. */
const MAX_QUOTE_LENGTH = 200;

function shortened(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, text]) => [name, text.length > MAX_QUOTE_LENGTH ? `${text.slice(0, MAX_QUOTE_LENGTH)}…` : text]),
  );
}
