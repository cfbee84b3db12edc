import { fetchWithKey } from '../../api/client';
import { problemOf } from '../../api/problem';
import { exactCount } from '../../format/count';
import { pastedTrace, type Trial } from './trial-body';

/** Maximum length of a trace in a test case, in characters. */
const MAX_TRACE_LENGTH = 65_536;

/** The trace of a trial as a test case stores it: the unchanged text, so that no digit is lost. Throws if it cannot be stored. */
export async function keptTrace(trial: Trial): Promise<string> {
  const trace = 'traceId' in trial ? await storedTrace(trial.traceId.trim()) : pastedTrace(trial.pasted);
  if (trace.length > MAX_TRACE_LENGTH)
    throw new Error(`It has ${exactCount(trace.length)} characters; a rule keeps traces of at most ${exactCount(MAX_TRACE_LENGTH)}.`);
  return trace;
}

async function storedTrace(id: string): Promise<string> {
  const response = await fetchWithKey(new Request(`${location.origin}/v1/traces/${encodeURIComponent(id)}`));
  const text = await response.text();
  if (!response.ok) throw problemOf(response, jsonOr(text));
  return text;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
