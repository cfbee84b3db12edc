import type { ScriptRule } from '../compile/judge-script.js';
import type { ConditionOutcome, Evidence, Explanation } from '../explain.js';
import { LuaError } from '../lua-error.js';
import { Source } from '../source.js';
import { clipped } from './clipped.js';
import type { ExplanationOutcome } from './explanation-terms.js';
import { placed } from './rule-teller.js';
import { spanText } from './span-text.js';

/** A script is explained as a whole: by its text, and what it returned or how it failed. */
export function explainScript(rule: ScriptRule, evidence: Evidence): Explanation {
  const { spans, spanCount, traceId, isWhole } = evidence;
  // Of spans that all gave the same the first stands for the others.
  const span = evidence.span ?? (rule.checked.subject === 'span' && isWhole === true ? spans?.[0] : undefined);
  const seen = spans ?? (span === undefined ? undefined : [span]);
  if (seen === undefined)
    return told(rule, 'undecided', `the script judged a trace of ${counted(spanCount)}`, { value: null, of: spanCount });
  const of = seen.length;
  const about = span === undefined ? `the trace of ${counted(of)}` : `the span ${spanText(span)}`;
  try {
    const value = rule.evaluate({ id: traceId ?? seen[0]?.traceId ?? '', spans: seen, complete: false }, span);
    return told(rule, value ? 'true' : 'false', `the script returned ${value} for ${about}`, { value, of });
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    const message = clipped(error.message);
    return told(rule, 'failed', `the script failed for ${about}: ${message}`, { value: null, of, error: message });
  }
}

function told(
  { checked: { text } }: ScriptRule,
  outcome: ExplanationOutcome,
  sentence: string,
  found: Omit<ConditionOutcome, 'condition'>,
): Explanation {
  const condition = clipped(text.replace(/\s+/g, ' ').trim());
  const error = found.error === undefined ? {} : { error: found.error };
  const range = placed(new Source(text), { start: 0, end: text.length });
  return { summary: sentence, conditions: [{ condition, ...found }], tree: { range, kind: 'script', outcome, sentence, ...error } };
}

function counted(spans: number): string {
  return `${spans} ${spans === 1 ? 'span' : 'spans'}`;
}
