import type { ConditionOutcome, Evidence, Explanation, ExplanationNode } from '../contract/explanation.js';
import type { ExplanationOutcome } from '../contract/explanation-terms.js';
import type { ScriptRule } from '../script/script-rule.js';
import { Source } from '../text/source.js';
import type { SpanView, TraceView } from '../trace/span-view.js';
import { clipped } from '../values/clipped.js';
import { LuaError } from '../values/lua/lua-error.js';
import { spanText } from './evidence/span-text.js';
import { explainReturn, type ScriptExplanation, witnessesOf } from './explain-return.js';
import { placed } from './rule-explainer.js';

/** Code points. */
const MAX_SUMMARY_LENGTH = 2_000;

/**
 * A script is explained by the `return` that ended it: the conditions that lead there, the values that they read, and the spans in its variables. The sandbox
 * runs it once more and notes the reached statements, also for compiled scripts. If that exceeds its budget, the explanation is the result alone. A script
 * that exceeded its budget when judged is not run again.
 */
export function explainScript(rule: ScriptRule, evidence: Evidence): Explanation {
  const { spans, spanCount, traceId, isWhole } = evidence;
  // Of spans with the same result the first represents the others.
  const span = evidence.span ?? (rule.checked.subject === 'span' && isWhole === true ? spans?.[0] : undefined);
  const seen = spans ?? (span === undefined ? undefined : [span]);
  if (seen === undefined || evidence.exceeded === true)
    return explained(rule, 'undecided', `the script judged a trace of ${counted(spanCount)}`, { value: null, of: spanCount });
  const total = seen.length;
  const about = span === undefined ? `the trace of ${counted(total)}` : `the span ${spanText(span)}`;
  const trace = { id: traceId ?? seen[0]?.traceId ?? '', spans: seen, complete: false };
  try {
    const observed = observedRun(rule, trace, span);
    const value = observed?.value ?? rule.evaluate(trace, span);
    const outcome = value ? 'true' : 'false';
    const why = observed?.why;
    if (why === undefined) return explained(rule, outcome, `the script returned ${value} for ${about}`, { value, of: total });
    const sentence = `the script returned ${value} at line ${why.line} for ${aboutSpans(why, span, about)}`;
    return explained(rule, outcome, [sentence, ...why.sentences].join('; '), { value, of: total }, why, span);
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    const message = clipped(error.message);
    return explained(rule, 'failed', `the script failed for ${about}: ${message}`, { value: null, of: total, error: message });
  }
}

/** Undefined where it exceeds the script's budget, or fails: then it runs as it was judged. */
function observedRun(
  rule: ScriptRule,
  trace: TraceView,
  span: SpanView | undefined,
): { value: boolean; why: ScriptExplanation | undefined } | undefined {
  try {
    const { value, marks, trail } = rule.observe(trace, span);
    return { value, why: explainReturn(new Source(rule.checked.text), marks, trail) };
  } catch (error) {
    if (error instanceof LuaError) return undefined;
    throw error;
  }
}

/** `"charge" (c2) in the trace of 7 spans`: the span to look at. */
function aboutSpans({ witnesses }: ScriptExplanation, span: SpanView | undefined, about: string): string {
  const [first] = witnesses;
  return span !== undefined || first === undefined ? about : `${spanText(first)} in ${about}`;
}

function explained(
  { checked: { text } }: ScriptRule,
  outcome: ExplanationOutcome,
  summary: string,
  found: Omit<ConditionOutcome, 'condition'>,
  why?: ScriptExplanation,
  span?: SpanView,
): Explanation {
  const condition = clipped(text.replace(/\s+/g, ' ').trim());
  const error = found.error === undefined ? {} : { error: found.error };
  const range = placed(new Source(text), { start: 0, end: text.length });
  const sentence = clipped(summary, MAX_SUMMARY_LENGTH);
  const witnesses = why === undefined || span !== undefined ? [] : witnessesOf(why.witnesses);
  const named = witnesses.length === 0 ? {} : { witnesses };
  const tree: ExplanationNode = {
    range,
    kind: 'script',
    outcome,
    sentence,
    ...(span === undefined || why === undefined ? {} : { span: clipped(span.id) }),
    ...(witnesses.length === 0 ? {} : { witnesses: witnesses.map(({ span_id }) => clipped(span_id)) }),
    ...moreThan(witnesses.length, why, span),
    ...error,
    ...(why === undefined ? {} : { children: why.children }),
  };
  return { summary: sentence, conditions: [{ condition, ...found, ...named }, ...(why?.conditions ?? [])], tree };
}

function moreThan(named: number, why: ScriptExplanation | undefined, span: SpanView | undefined): { readonly more_witnesses?: number } {
  const more = why === undefined || span !== undefined ? 0 : why.witnesses.length - named;
  return more > 0 ? { more_witnesses: more } : {};
}

function counted(spans: number): string {
  return `${spans} ${spans === 1 ? 'span' : 'spans'}`;
}
