import { expect } from '@jest/globals';
import { encodeRequest, spansFromValue } from '#otlp';
import { Random } from '../chaos/random.js';
import { CHAOS_RULES, type PlainSpan, type PlannedTrace, planTrace } from '../chaos/traces.js';
import type { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

/** One of each kind, and one that each span violates: it shows that all have arrived. */
const RULES = [...CHAOS_RULES, { id: 'arrived', name: 'Arrived', expression: 'span.duration > 0', severity: 'LOW' }];

/** Those that are judged per span, told without any part of BeTrace. */
const SPAN_RULES: Readonly<Record<string, (span: PlainSpan) => boolean>> = {
  arrived: () => true,
  slow: ({ duration }) => duration > 1_000_000_000,
  'failed-payment': ({ attributes }) => attributes['payment.state'] === 'failed',
};

/** How long (ms) a violation may take. */
const TIMEOUT_MS = 60_000;

/**
 * Traces with known violations, some of their spans twice: in requests that each hold spans of several of them, or each whole in a
 * request of its own.
 */
export class KnownTraces {
  readonly requests: readonly (readonly PlainSpan[])[];
  /** Spans in the requests. */
  readonly sent: number;
  /** Without those that come a second time. */
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

  /** What is to be found in them: of a rule over spans which spans, of a rule over traces which traces. */
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

  /** Sends requests, all unless told which, to an OTLP/HTTP port, one after the other. */
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

  /** Resolves when exactly the violations of these traces are found, each once; fails with the difference. */
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

/** As `KnownTraces.violations` writes them: which span stands for a trace is not the matter here. */
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

interface ViolationPage {
  readonly violations: readonly OpenViolation[];
  readonly next?: string | null;
}

/** All of them (that pass a filter of the API), page by page. */
export async function openViolations(api: BeTrace, filter = ''): Promise<OpenViolation[]> {
  const found: OpenViolation[] = [];
  const first = `/v1/violations?limit=1000&${filter}`;
  let path: string | undefined = first;
  while (path !== undefined) {
    const page: ViolationPage = (await api.json<ViolationPage>('GET', path)).body;
    found.push(...page.violations);
    path = page.next ? `${first}&after=${encodeURIComponent(page.next)}` : undefined;
  }
  return found;
}
