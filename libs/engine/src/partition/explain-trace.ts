import type { RuleIndex } from '#dsl';
import { compareSpans, type Explanation } from '#dsl';
import { encodeRequest } from '#otlp';
import { Accounting } from '../accounting.js';
import { FIRST_SPAN_OF_RECORD, type SpanIndex } from '../index-types.js';
import { explain } from '../judge/guarded-calls.js';
import { rejectionOf } from '../rejection.js';
import type { BufferedSpan } from '../rules/buffered-span.js';
import { bufferedSpan } from '../rules/buffered-span.js';
import { Epoch } from '../rules/epoch.js';
import type { RuleSet } from '../rules/rule-set.js';
import { type AssemblySettings, toleranceOf } from '../settings.js';
import { CONTENT, spanForm, writeForms } from './span-form.js';
import { isInProgress } from './spans-in-progress.js';

/**
 * Explains on all spans why a rule matches the first trace of some requests, or does not. A span rule is explained on the subject, or else on the span that
 * came closest to a match. Throws OtlpError when a request is malformed.
 * @param subject the wire id of a span: if two share it, the one that the rule matches
 */
export function explainTrace(
  rules: RuleSet,
  rule: RuleIndex,
  requests: readonly Uint8Array[],
  settings: AssemblySettings,
  subject?: string,
): Explanation {
  const epoch = new Epoch(rules.epoch, 0, rules, new Accounting());
  const spans = spansOf(epoch, requests);
  const trace = { id: spans[0]?.traceId ?? '', spans, complete: true, tolerance: toleranceOf(settings) };
  const evidence = { trace, spans, spanCount: spans.length, isWhole: true, atom: () => ({ count: 0, witnesses: [] }) };
  const isOfSpan = rules.compiled.rules[rule]?.subject === 'span';
  const named = isOfSpan && subject !== undefined ? spans.filter(({ wireId }) => wireId === subject) : [];
  const explained = named.map((span) => explain(epoch, rule, { ...evidence, span }));
  return explained.find(({ tree }) => tree?.outcome === 'true') ?? explained[0] ?? explain(epoch, rule, evidence);
}

/**
 * The spans of the first trace as the engine takes them (0024), in the order in which rules see them: each content of an id once, the two
 * sides of a call apart, of a span in progress the form that would be judged. Content is what this rule set sees.
 */
function spansOf(epoch: Epoch, requests: readonly Uint8Array[]): readonly BufferedSpan[] {
  const taken = new TakenSpans(epoch);
  for (const [offset, request] of requests.entries()) {
    epoch.load(offset, request);
    // The explanation finds a condition's failures again.
    epoch.evaluate(() => undefined);
    writeForms(epoch);
    for (let i = FIRST_SPAN_OF_RECORD; i < epoch.columns.length; i++)
      if (!epoch.anyRejected || rejectionOf(epoch.columns, i) === undefined) taken.add(i);
  }
  return taken.spans.sort(compareSpans);
}

class TakenSpans {
  private trace: string | undefined;
  private readonly ended: BufferedSpan[] = [];
  /** Sides of ids, those with their times, and those with their content. */
  private readonly known = new Set<string>();
  private readonly inProgress = new Map<string, { readonly span: BufferedSpan; readonly value: Uint8Array; readonly attributes: number }>();

  constructor(private readonly epoch: Epoch) {}

  /** Spans that ended, and spans in progress without an ended form. */
  get spans(): BufferedSpan[] {
    const unended = [...this.inProgress].filter(([id]) => !this.known.has(id)).map(([, { span }]) => span);
    return [...this.ended, ...unended];
  }

  /** Span `i` of the epoch's record. */
  add(i: SpanIndex): void {
    const { epoch, known } = this;
    const { columns, rules } = epoch;
    const trace = columns.wireTraceId(i);
    this.trace ??= trace;
    if (trace !== this.trace) return;
    const id = `${columns.wireSpanId(i)} ${columns.isServer(i)}`;
    const form = spanForm(epoch, i);
    const times = `${id} at ${form >>> 16}`;
    const content = `${id} ${form}`;
    columns.forms[i] = ((form & CONTENT) << 1) | (known.has(times) ? 1 : 0);
    if (isInProgress(columns, i)) return this.wait(id, i);
    if (known.has(content)) return;
    known.add(id).add(times).add(content);
    this.ended.push(bufferedSpan(columns, i, rules));
  }

  private wait(id: string, i: SpanIndex): void {
    const { columns, rules } = this.epoch;
    const { span, resource, scope } = columns.wholeSpan(i);
    const value = encodeRequest({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span], schemaUrl: '' }], schemaUrl: '' }] });
    const attributes = span.attributes.length;
    const other = this.inProgress.get(id);
    // As SpansInProgress chooses.
    if (other !== undefined && (attributes - other.attributes || Buffer.compare(value, other.value)) <= 0) return;
    this.inProgress.set(id, { span: bufferedSpan(columns, i, rules), value, attributes });
  }
}
