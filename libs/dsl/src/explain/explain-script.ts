import type { ScriptRule } from '../compile/judge-script.js';
import type { Evidence, Explanation } from '../explain.js';
import { LuaError } from '../lua-error.js';
import { clipped } from './clipped.js';

/** A script is explained as a whole: by its text, and what it returned or how it failed. */
export function explainScript(rule: ScriptRule, { span, spans, spanCount, traceId }: Evidence): Explanation {
  const condition = clipped(rule.checked.text.replace(/\s+/g, ' ').trim());
  const seen = spans ?? (span === undefined ? undefined : [span]);
  if (seen === undefined) {
    return { summary: `the script judged a trace of ${counted(spanCount)}`, conditions: [{ condition, value: null, of: spanCount }] };
  }
  const of = seen.length;
  const about = span === undefined ? `the trace of ${counted(of)}` : `the span ${JSON.stringify(clipped(span.name))}`;
  try {
    const value = rule.evaluate({ id: traceId ?? seen[0]?.traceId ?? '', spans: seen, complete: false }, span);
    return { summary: `the script returned ${value} for ${about}`, conditions: [{ condition, value, of }] };
  } catch (error) {
    if (!(error instanceof LuaError)) throw error;
    const message = clipped(error.message);
    return { summary: `the script failed for ${about}: ${message}`, conditions: [{ condition, value: null, of, error: message }] };
  }
}

function counted(spans: number): string {
  return `${spans} ${spans === 1 ? 'span' : 'spans'}`;
}
