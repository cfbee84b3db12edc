import { compareSpans, type Explanation } from '#dsl';
import { Accounting } from './accounting.js';
import { Epoch } from './epoch.js';
import { explain } from './judge/budget.js';
import { bufferedSpan } from './judge/buffer-span.js';
import type { BufferedSpan } from './judge/buffered-span.js';
import type { RuleSet } from './rule-set.js';
import { type AssemblySettings, toleranceOf } from './settings.js';

/**
 * Why a rule matches the (first) trace of some requests, or does not, asked of all its spans. A span rule is explained on the subject,
 * without one on the span that came furthest. Throws OtlpError when a request is malformed.
 * @param subject the wire id of a span: of two that share it the one that the rule matches
 */
export function explainTrace(
  rules: RuleSet,
  rule: number,
  requests: readonly Uint8Array[],
  settings: AssemblySettings,
  subject?: string,
): Explanation {
  const epoch = new Epoch(rules.epoch, 0, rules, new Accounting());
  const spans = firstTrace(requests.flatMap((request, offset) => spansOf(epoch, request, offset)));
  const trace = { id: spans[0]?.traceId ?? '', spans, complete: true, tolerance: toleranceOf(settings) };
  const evidence = { trace, spans, spanCount: spans.length, isWhole: true, atom: () => ({ count: 0, witnesses: [] }) };
  const isOfSpan = rules.compiled.rules[rule]?.subject === 'span';
  const named = isOfSpan && subject !== undefined ? spans.filter(({ wireId }) => wireId === subject) : [];
  const explained = named.map((span) => explain(epoch, rule, { ...evidence, span }));
  return explained.find(({ tree }) => tree?.outcome === 'true') ?? explained[0] ?? explain(epoch, rule, evidence);
}

function spansOf(epoch: Epoch, request: Uint8Array, offset: number): BufferedSpan[] {
  epoch.load(offset, request);
  return Array.from({ length: epoch.columns.length }, (_, i) => bufferedSpan(epoch.columns, i, epoch.rules));
}

/** Its spans, each once, in the order in which rules see them; the two sides of a call may share an id. */
function firstTrace(spans: readonly BufferedSpan[]): readonly BufferedSpan[] {
  const seen = new Set<string>();
  return spans
    .filter(({ traceId, wireId, kind }) => {
      const key = `${wireId} ${kind === 'server'}`;
      return traceId === spans[0]?.traceId && !seen.has(key) && seen.add(key);
    })
    .sort(compareSpans);
}
