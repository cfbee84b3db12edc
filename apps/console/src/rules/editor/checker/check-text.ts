import { check, type Diagnostic as Found, format, VOCABULARY } from '#dsl';
import type { Diagnostic } from '../../../api/types';
import type { Vocabulary } from '../dsl-language';
import { withLateParts } from './late-parts';

/** What the server's checker says of a text, by the same code: errors first, as in `POST /v1/rules/validate`. */
export async function checkText(text: string): Promise<readonly Diagnostic[]> {
  const { diagnostics } = await withLateParts(() => check(text));
  const of = (severity: string) => diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(asAnswered);
  return [...of('error'), ...of('warning')];
}

/** The text as `betrace fmt` writes it; undefined while it cannot be read. */
export async function formatText(text: string): Promise<string | undefined> {
  const formatted = await withLateParts(() => format(text));
  return formatted.ok ? formatted.text : undefined;
}

/** What `GET /v1/dsl` answers. */
export const vocabulary = VOCABULARY as unknown as Vocabulary;

function asAnswered({ line, column, endLine, endColumn, code, severity, message, expected, suggestion, fix }: Found): Diagnostic {
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
