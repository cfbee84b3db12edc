import { answeredDiagnostic, check, format, VOCABULARY } from '#dsl';
import type { Diagnostic } from '../../../api/types';
import type { Vocabulary } from '../dsl-language';
import { withLateParts } from './late-parts';

/** What the server's checker says of a text, by the same code: errors first, as in `POST /v1/rules/validate`. */
export async function checkText(text: string): Promise<readonly Diagnostic[]> {
  const { diagnostics } = await withLateParts(() => check(text));
  const of = (severity: string) => diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(answeredDiagnostic);
  return [...of('error'), ...of('warning')];
}

/** The text as `betrace fmt` writes it; undefined while it cannot be read. */
export async function formatText(text: string): Promise<string | undefined> {
  const formatted = await withLateParts(() => format(text));
  return formatted.ok ? formatted.text : undefined;
}

/** What `GET /v1/dsl` answers. */
export const vocabulary = VOCABULARY as unknown as Vocabulary;
