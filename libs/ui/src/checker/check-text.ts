import { answeredDiagnostic, check, format, VOCABULARY } from '#dsl';
import type { Diagnostic } from '../api/types';
import type { Vocabulary } from '../editor/vocabulary';
import { withLateParts } from './late-parts';

/** Runs the server's checker on a text, with the same code: errors first, as in `POST /v1/rules/validate`. */
export async function checkText(text: string): Promise<readonly Diagnostic[]> {
  const { diagnostics } = await withLateParts(() => check(text));
  const of = (severity: string) => diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(answeredDiagnostic);
  return [...of('error'), ...of('warning')];
}

/** The text as formatted by `betrace fmt`; undefined if it cannot be parsed. */
export async function formatText(text: string): Promise<string | undefined> {
  const formatted = await withLateParts(() => format(text));
  return formatted.ok ? formatted.text : undefined;
}

/** The answer of `GET /v1/dsl`. */
export const vocabulary = VOCABULARY as unknown as Vocabulary;
