import { filledSentence } from '#base';
import { Problem } from '#platform';
import { INGEST_PROBLEMS, type IngestProblemCode } from './problems.js';

/** A problem of ingest's catalogue; those that pass by themselves have a retry delay of a second. */
export function ingestProblem(code: IngestProblemCode, values: Readonly<Record<string, string | number>> = {}): Problem {
  const { status, title, sentence } = INGEST_PROBLEMS[code];
  const detail = filledSentence(sentence, values);
  return new Problem(code, detail, status === 503 ? { retryAfter: 1 } : {}, { status, title });
}
