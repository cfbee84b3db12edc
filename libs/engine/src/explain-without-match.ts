import { clipped, compareSpans, type Evidence, type Explanation, type SpanReference } from '#dsl';
import { Accounting } from './accounting.js';
import { Epoch } from './epoch.js';
import { explain } from './judge/budget.js';
import { bufferedSpan } from './judge/buffer-span.js';
import type { BufferedSpan } from './judge/buffered-span.js';
import type { RuleSet } from './rule-set.js';

/** A span with the conditions that hold on it. */
interface JudgedSpan {
  readonly view: BufferedSpan;
  readonly holds: (condition: number) => boolean;
}

/**
 * Why a rule does not match the (first) trace of some requests. A span rule is explained on the first span on which what it
 * asks of the span holds, else on the first span. Throws OtlpError when a request is malformed.
 */
export function explainWithoutMatch(rules: RuleSet, rule: number, requests: readonly Uint8Array[]): Explanation {
  const epoch = new Epoch(rules.epoch, 0, rules, new Accounting());
  const spans = firstTrace(requests.flatMap((request, offset) => judgedSpans(epoch, request, offset)));
  return explain(epoch, rule, evidenceOn(rules, rule, spans));
}

function judgedSpans(epoch: Epoch, request: Uint8Array, offset: number): JudgedSpan[] {
  epoch.load(offset, request);
  epoch.evaluate((error) => {
    throw error;
  });
  const { columns, rules } = epoch;
  const { words } = rules.compiled;
  const matched = epoch.matched.slice(0, columns.length * words);
  return Array.from({ length: columns.length }, (_, i) => ({
    view: bufferedSpan(columns, i, rules),
    holds: (condition) => ((matched[i * words + (condition >> 5)]! >>> (condition & 31)) & 1) === 1,
  }));
}

/** Its spans, each once, in the order in which rules see them. */
function firstTrace(spans: readonly JudgedSpan[]): readonly JudgedSpan[] {
  const seen = new Set<string>();
  return spans
    .filter(({ view }) => view.traceId === spans[0]?.view.traceId && !seen.has(view.wireId) && seen.add(view.wireId))
    .sort((a, b) => compareSpans(a.view, b.view));
}

function evidenceOn(rules: RuleSet, rule: number, spans: readonly JudgedSpan[]): Evidence {
  const { atoms, rules: compiled } = rules.compiled;
  const { subject, condition, spanConditions } = compiled[rule]!;
  const evidence = {
    spanCount: spans.length,
    spans: spans.map(({ view }) => view),
    atom: (index: number): { count: number; witnesses: readonly SpanReference[] } => {
      const { kind, condition: asked, whenUnmatched } = atoms[index]!;
      const feeding = spans.filter(({ holds }) => holds(asked) !== whenUnmatched).map(({ view }) => view);
      const witnesses = feeding
        .slice(0, 1)
        .map(({ id, name, service }) => ({ span_id: id, name: clipped(name), service: clipped(service) }));
      return { count: kind === 'has' ? Math.min(1, feeding.length) : feeding.length, witnesses };
    },
  };
  const span = subject === 'span' ? (spans.find(({ holds }) => condition >= 0 && holds(condition)) ?? spans[0]) : undefined;
  if (span === undefined) return evidence;
  const spanBits = spanConditions.reduce((bits, asked, bit) => (span.holds(asked) ? bits | (1 << bit) : bits), 0) >>> 0;
  return { ...evidence, span: span.view, spanBits };
}
