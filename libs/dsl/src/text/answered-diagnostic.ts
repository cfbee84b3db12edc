import type { Diagnostic } from './diagnostic.js';

/** A diagnostic of an expression, in the names of the API's responses. */
export interface AnsweredDiagnostic
  extends Pick<Diagnostic, 'code' | 'severity' | 'message' | 'line' | 'column' | 'expected' | 'suggestion'> {
  readonly path: 'expression';
  /** The position after the last character. */
  readonly end_line: number;
  readonly end_column: number;
  /** Replacement of the text's characters from `start` to `end` (UTF-16 offsets). */
  readonly fix?: { readonly start: number; readonly end: number; readonly text: string };
}

/** The form of `POST /v1/rules/validate` and of the console's checker. */
export function answeredDiagnostic(diagnostic: Diagnostic): AnsweredDiagnostic {
  const { line, column, endLine, endColumn, code, severity, message, expected, suggestion, fix } = diagnostic;
  return {
    path: 'expression',
    line,
    column,
    end_line: endLine,
    end_column: endColumn,
    code,
    severity,
    message,
    ...(expected === undefined ? {} : { expected }),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(fix === undefined ? {} : { fix: { ...fix.range, text: fix.text } }),
  };
}
