import type { OnError } from '../api/types';

/** The trace for a test. */
export type Trial = { readonly traceId: string } | { readonly pasted: string };

/** The body of `POST /v1/rules/test`. Throws with what is wrong with a pasted text. */
export function trialBody(expression: string, onError: OnError, trial: Trial): string {
  const rule = { expression, on_error: onError };
  if ('traceId' in trial) return JSON.stringify({ ...rule, trace_id: trial.traceId.trim() });
  return `${JSON.stringify(rule).slice(0, -1)},"trace":${pastedTrace(trial.pasted)}}`;
}

/** JSON of `{"spans": […]}`, as a rule keeps it too: the pasted text itself where it has that form, so that no digit is lost. */
export function pastedTrace(text: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is not JSON: ${(error as Error).message}`);
  }
  if (Array.isArray(parsed)) return `{"spans":${text}}`;
  if (!isRecord(parsed)) throw new Error('A trace is an object with resourceSpans (OTLP/JSON) or spans, or a list of spans.');
  const requests = parsed['resourceSpans'] ?? parsed['resource_spans'];
  if (Array.isArray(requests)) return JSON.stringify({ spans: requests.flatMap(spansOfResource) });
  return 'spans' in parsed ? text : `{"spans":[${text}]}`;
}

type Json = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isRecord) : []);

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const STATUSES = ['unset', 'ok', 'error'];

function spansOfResource(resourceSpans: unknown): Json[] {
  if (!isRecord(resourceSpans)) return [];
  const resource = isRecord(resourceSpans['resource']) ? attributesOf(resourceSpans['resource']['attributes']) : {};
  const scopes = resourceSpans['scopeSpans'] ?? resourceSpans['instrumentationLibrarySpans'];
  return listOf(scopes).flatMap((scope) => listOf(scope['spans']).map((span) => plainSpan(span, resource)));
}

/** A span of OTLP/JSON as `POST /v1/spans` takes it. */
function plainSpan(span: Json, resource: Json): Json {
  const status = isRecord(span['status']) ? span['status'] : {};
  const plain: Record<string, unknown> = {
    trace_id: span['traceId'],
    span_id: span['spanId'],
    parent_id: span['parentSpanId'] === '' ? undefined : span['parentSpanId'],
    name: span['name'],
    kind: enumName(KINDS, 'SPAN_KIND_', span['kind']),
    status: enumName(STATUSES, 'STATUS_CODE_', status['code']),
    status_message: status['message'],
    start_time: span['startTimeUnixNano'],
    end_time: span['endTimeUnixNano'],
    service: resource['service.name'],
    attributes: attributesOf(span['attributes']),
    resource,
    events: listOf(span['events']).map((event) => ({
      name: event['name'],
      time: event['timeUnixNano'],
      attributes: attributesOf(event['attributes']),
    })),
    links: listOf(span['links']).map((link) => ({
      trace_id: link['traceId'],
      span_id: link['spanId'],
      attributes: attributesOf(link['attributes']),
    })),
  };
  return Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined));
}

/** OTLP/JSON has numbers; some exporters write the names. */
function enumName(names: readonly string[], prefix: string, value: unknown): string | undefined {
  if (typeof value === 'number') return names[value];
  return typeof value === 'string' ? value.replace(prefix, '').toLowerCase() : undefined;
}

function attributesOf(list: unknown): Json {
  return Object.fromEntries(listOf(list).map(({ key, value }) => [String(key), attributeValue(value)]));
}

function attributeValue(value: unknown): unknown {
  if (!isRecord(value)) return undefined;
  if ('intValue' in value) return Number.isSafeInteger(Number(value['intValue'])) ? Number(value['intValue']) : value['intValue'];
  if (isRecord(value['arrayValue'])) return listOf(value['arrayValue']['values']).map(attributeValue);
  if (isRecord(value['kvlistValue'])) return attributesOf(value['kvlistValue']['values']);
  return value['stringValue'] ?? value['boolValue'] ?? value['doubleValue'] ?? value['bytesValue'];
}
