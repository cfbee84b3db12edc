import type { SpanView } from '../../span-view.js';
import type { ValueMap } from '../../value.js';

/** A span as a test writes it; what is left out is empty. */
export interface PlainSpan {
  readonly id?: string;
  readonly parentId?: string;
  readonly traceId?: string;
  readonly name?: string;
  readonly service?: string;
  readonly status?: string;
  readonly statusMessage?: string;
  readonly kind?: string;
  readonly startTime?: number | bigint;
  readonly duration?: number | bigint;
  readonly attributes?: ValueMap;
  readonly resource?: ValueMap;
}

/** The plain span as rules see it. */
export function viewOf(span: PlainSpan): SpanView {
  const attributes = span.attributes ?? {};
  const resource = span.resource ?? {};
  const startTime = span.startTime ?? 0;
  const duration = span.duration ?? 0;
  return {
    id: span.id ?? 'span',
    parentId: span.parentId ?? '',
    traceId: span.traceId ?? 'trace',
    name: span.name ?? '',
    service: span.service ?? '',
    status: span.status ?? 'unset',
    statusMessage: span.statusMessage ?? '',
    kind: span.kind ?? 'unspecified',
    startTime,
    endTime: safe(BigInt(startTime) + BigInt(duration)),
    duration,
    isRoot: (span.parentId ?? '') === '',
    attribute: (key) => (Object.hasOwn(attributes, key) ? attributes[key] : undefined),
    resourceAttribute: (key) => (Object.hasOwn(resource, key) ? resource[key] : undefined),
    attributes,
    resource,
    events: [],
    links: [],
    scope: { name: '', version: '' },
  };
}

/** An integer as a value of the DSL. */
export function safe(value: bigint): number | bigint {
  return value >= -BigInt(Number.MAX_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}
