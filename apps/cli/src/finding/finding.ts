import type { Diagnostic } from '#dsl';
import { type CliProblemCode, sentenceOf } from '../problems.js';
import type { FilePlace, ScalarPlaces } from './scalar-places.js';

/** An error or a warning at a place of a file. Property names are JSON's (`betrace check --json`). */
export interface Finding {
  readonly file: string;
  /** From 1; columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** After the last character of the place, if known. */
  readonly end_line?: number;
  readonly end_column?: number;
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string;
  /** Replaces the expression's characters from `start` to `end` (UTF-16 offsets). */
  readonly fix?: { readonly start: number; readonly end: number; readonly text: string };
  /** The rule's id. */
  readonly rule?: string;
}

export function findingAt(file: string, place: FilePlace, code: CliProblemCode, values: Readonly<Record<string, string>>): Finding {
  return { file, line: place.line, column: place.column, severity: 'error', code, message: sentenceOf(code, values) };
}

/** The missing end of an expression may be after a `#` of YAML: `a and #span.links == 0`. */
const CUT = "more: in YAML ' #' begins a comment, so quote the expression, or write it as a block (`expression: |`)";

/**
 * The finding for a diagnostic of an expression.
 * @param places the expression's characters in the file, if it is only a part of the file
 */
export function findingOf(diagnostic: Diagnostic, file: string, places?: ScalarPlaces, rule?: string): Finding {
  const { severity, code, message, suggestion, fix, range } = diagnostic;
  const start = places?.place(range.start) ?? diagnostic;
  const end = places?.place(range.end) ?? { line: diagnostic.endLine, column: diagnostic.endColumn };
  const isCut = severity === 'error' && places?.isCutByComment === true && range.start >= places.value.trimEnd().length;
  const expected = isCut ? CUT : diagnostic.expected;
  return {
    file,
    line: start.line,
    column: start.column,
    end_line: end.line,
    end_column: end.column,
    severity,
    code,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(fix === undefined ? {} : { fix: { ...fix.range, text: fix.text } }),
    ...(rule === undefined ? {} : { rule }),
  };
}
