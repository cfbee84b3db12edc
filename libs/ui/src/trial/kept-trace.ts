import { exactCount } from '../format/count';
import { pastedTrace, type Trial } from './trial-body';

/** Maximum length of a trace in a test case, in characters. */
const MAX_TRACE_LENGTH = 65_536;

/** The trace of a trial as a test case stores it: the unchanged text, so that no digit is lost. Throws if it cannot be stored. */
export async function keptTrace(trial: Trial, read: (traceId: string) => Promise<string>): Promise<string> {
  const trace = 'traceId' in trial ? await read(trial.traceId.trim()) : pastedTrace(trial.pasted);
  if (trace.length > MAX_TRACE_LENGTH)
    throw new Error(`It has ${exactCount(trace.length)} characters; a rule keeps traces of at most ${exactCount(MAX_TRACE_LENGTH)}.`);
  return trace;
}
