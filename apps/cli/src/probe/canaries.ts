import { randomBytes } from 'node:crypto';

/** The service of the probe's spans. */
export const PROBE_SERVICE = 'betrace-probe';

const CHARGE = 'betrace.probe.charge';
const AUDIT = 'betrace.probe.audit';
const FAILED = 'betrace.probe.failed';

/** The probe's rules: one that is decided on its span, and one when the trace closes. */
export const PROBE_RULES = [
  {
    id: 'betrace-probe-failed',
    name: 'betrace-probe-failed',
    description: 'Finds what `betrace probe` sends to be found. Keep it as it is.',
    expression: `span.name == "${CHARGE}" and span.attributes["${FAILED}"] == true`,
    severity: 'LOW',
    tags: [PROBE_SERVICE],
    enabled: true,
  },
  {
    id: 'betrace-probe-unaudited',
    name: 'betrace-probe-unaudited',
    description: 'Finds what `betrace probe` sends to be found. Keep it as it is.',
    expression: `trace.has(span.name == "${CHARGE}") and not trace.has(span.name == "${AUDIT}")`,
    severity: 'LOW',
    tags: [PROBE_SERVICE],
    enabled: true,
  },
] as const;

export interface Canary {
  /** 32 hex digits. */
  readonly traceId: string;
  /** Ids of the rules that it violates, once each. */
  readonly breaks: readonly string[];
  /** The span that each of these violations has to name: the charge. */
  readonly witness: string;
  /** An ExportTraceServiceRequest in OTLP/JSON with all of its spans. */
  readonly request: object;
}

/**
 * `count` traces, which by turns violate both rules and none; their ids are random, so that they reach all partitions.
 * @param now Unix milliseconds
 */
export function canaries(count: number, now: number): readonly Canary[] {
  return Array.from({ length: count }, (_, n) => canary(n % 2 === 0, now));
}

function canary(isBad: boolean, now: number): Canary {
  const traceId = randomBytes(16).toString('hex');
  const root = randomBytes(8).toString('hex');
  const span = (name: string, parentSpanId: string | undefined, attributes: readonly object[]) => ({
    traceId,
    spanId: parentSpanId === undefined ? root : randomBytes(8).toString('hex'),
    ...(parentSpanId === undefined ? {} : { parentSpanId }),
    name,
    kind: 1,
    startTimeUnixNano: `${now}000000`,
    endTimeUnixNano: `${now + 1}000000`,
    attributes,
  });
  const failed = { key: FAILED, value: { boolValue: isBad } };
  const charge = span(CHARGE, root, [failed]);
  const spans = [span('betrace.probe.request', undefined, []), charge, ...(isBad ? [] : [span(AUDIT, root, [])])];
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: PROBE_SERVICE } }] };
  return {
    traceId,
    breaks: isBad ? PROBE_RULES.map(({ id }) => id) : [],
    witness: charge.spanId,
    request: { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: PROBE_SERVICE }, spans }] }] },
  };
}
