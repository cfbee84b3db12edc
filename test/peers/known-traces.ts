import { expect } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { Random } from '../chaos/random.js';
import { CHAOS_RULES, type PlainSpan, type PlannedTrace, planTrace } from '../chaos/traces.js';
import { allViolations } from '../harness/all-violations.js';
import type { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

/** One rule of each kind, and one that every span violates, which shows that all have arrived. */
const RULES = [...CHAOS_RULES, { id: 'arrived', name: 'Arrived', expression: 'span.duration > 0', severity: 'LOW' }];

/** The rules that are judged per span, computed without BeTrace. */
const SPAN_RULES: Readonly<Record<string, (span: PlainSpan) => boolean>> = {
  arrived: () => true,
  slow: ({ duration }) => duration > 1_000_000_000,
  'failed-payment': ({ attributes }) => attributes['payment.state'] === 'failed',
};

/** How long (ms) a violation may take. */
const TIMEOUT_MS = 60_000;

/** Traces with known violations, some of their spans twice. Their requests hold spans of several traces each, or one whole trace each. */
export class KnownTraces {
  readonly requests: readonly (readonly PlainSpan[])[];
  /** Spans in the requests. */
  readonly sent: number;
  /** Without repeated spans. */
  readonly distinct: number;
  private readonly traces: readonly PlannedTrace[];

  constructor(seed: number, { count = 20, whole = false } = {}) {
    const random = new Random(seed);
    this.traces = Array.from({ length: count }, () => planTrace(random));
    const spans = random.shuffled(this.traces.flatMap(spansOf));
    const mixed = () => Array.from({ length: Math.ceil(spans.length / 10) }, (_, i) => spans.slice(10 * i, 10 * (i + 1)));
    this.requests = whole ? this.traces.map(spansOf) : mixed();
    this.sent = spans.length;
    this.distinct = new Set(spans.map(({ span_id }) => span_id)).size;
  }

  /** The expected violations: of a rule over spans the spans, of a rule over traces the traces. */
  violations(): string[] {
    const ofTraces = this.traces.flatMap(({ traceId, violates }) =>
      violates.filter((rule) => !(rule in SPAN_RULES)).map((rule) => `${rule} ${traceId}`),
    );
    const ofSpans = this.traces
      .flatMap(spansOf)
      .flatMap((span) =>
        Object.entries(SPAN_RULES).flatMap(([rule, breaks]) => (breaks(span) ? [`${rule} ${span.trace_id} ${span.span_id}`] : [])),
      );
    return [...ofTraces, ...new Set(ofSpans)].sort();
  }

  /** Sends requests (default: all) to an OTLP/HTTP port, one after the other. */
  async sendTo({ http }: { readonly http: number }, requests = this.requests): Promise<void> {
    for (const spans of requests) {
      const body = encodeRequest(spansFromValue({ spans: spans.map((span) => ({ ...span })) }));
      const answer = await fetch(`http://127.0.0.1:${http}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-protobuf' },
        body: new Uint8Array(body),
      });
      if (!answer.ok) throw new Error(`the collector answered ${answer.status}: ${await answer.text()}`);
    }
  }

  /** Resolves when exactly the expected violations exist, each once; fails with the difference. */
  async expectFound(api: BeTrace): Promise<void> {
    const traces = new Set(this.traces.map(({ traceId }) => traceId));
    const expected = this.violations();
    const found = async () => {
      const violations = await openViolations(api);
      return violations
        .filter(({ trace_id }) => traces.has(trace_id))
        .map(inWords)
        .sort();
    };
    const same = async () => ((await found()).join() === expected.join() ? true : undefined);
    await eventually('exactly the violations', same, TIMEOUT_MS, 200).catch(async () => expect(await found()).toEqual(expected));
  }
}

const spansOf = ({ sendings }: PlannedTrace): PlainSpan[] => sendings.flatMap(({ spans }) => spans);

/** In the form of `KnownTraces.violations`: the span that represents a trace is irrelevant here. */
const inWords = ({ rule_id, trace_id, span_id }: OpenViolation): string =>
  [rule_id, trace_id, ...(rule_id in SPAN_RULES ? [span_id] : [])].join(' ');

/** Creates the rules that known traces violate. */
export async function createRules(api: BeTrace): Promise<void> {
  for (const rule of RULES) {
    const { status, body } = await api.json('POST', '/v1/rules', rule);
    if (status !== 201) throw new Error(`rule ${rule.id}: ${status} ${JSON.stringify(body)}`);
  }
}

export interface OpenViolation {
  readonly rule_id: string;
  readonly trace_id: string;
  readonly span_id: string;
}

/** All open violations (that match a filter of the API), page by page. */
export function openViolations(api: BeTrace, filter = ''): Promise<OpenViolation[]> {
  return allViolations(api, filter);
}
