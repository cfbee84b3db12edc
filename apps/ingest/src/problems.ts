import type { CatalogueProblem } from '#base';

/** Ingest's own errors; wrong content of a request has a code of the OTLP or HTTP catalogue. */
export const INGEST_PROBLEMS = {
  BT_INGEST_LOG_TIMEOUT: {
    status: 503,
    title: 'The log does not answer',
    sentence: 'The log did not confirm the spans within {milliseconds} ms. Send them again: duplicates are recognised.',
  },
  BT_INGEST_NO_TRACE_MEMORY: {
    status: 503,
    title: 'No memory for more traces',
    sentence:
      'The open and remembered traces of partition {partition} take all of their memory. Send the spans again in a moment. ' +
      'If this continues, raise traces.memory_budget (BETRACE_TRACE_MEMORY_BUDGET), or shorten traces.idle_timeout or traces.late_window, for which traces are remembered.',
  },
  BT_INGEST_CONTENT_TYPE: {
    status: 415,
    title: 'Unsupported media type',
    sentence: 'The content type is "{found}"; {path} takes {expected}.',
  },
  BT_INGEST_TRACES_ONLY: {
    status: 404,
    title: 'Traces only',
    sentence:
      'BeTrace takes traces only: {what} are not accepted at {path}. In the application set {variable}=none, or send them to another endpoint.',
  },
} as const satisfies Record<string, IngestProblemEntry>;

export interface IngestProblemEntry extends CatalogueProblem {
  readonly status: number;
  readonly title: string;
}

export type IngestProblemCode = keyof typeof INGEST_PROBLEMS;

// Retired codes, never to be used again: BT_INGEST_STOPPING (nothing answered it).
