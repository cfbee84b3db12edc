import { type Attributes, type HrTime, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { OWN_SCOPE } from '#base';

const NO_DURATION: HrTime = [0, 0];

/** A span by BeTrace in a user's trace, without a duration. */
export interface InstantSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** The parent's id. Absent: none. */
  readonly parentId?: string;
  /** Unix milliseconds. */
  readonly at: number;
  readonly attributes: Attributes;
}

export function instantSpan({ name, traceId, spanId, parentId, at, attributes }: InstantSpan, resource: Resource): ReadableSpan {
  const context: SpanContext = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  const time = hrTime(at);
  return {
    name,
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parentId === undefined ? {} : { parentSpanContext: { ...context, spanId: parentId, isRemote: true } }),
    startTime: time,
    endTime: time,
    duration: NO_DURATION,
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes,
    links: [],
    events: [],
    resource,
    instrumentationScope: { name: OWN_SCOPE },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, (milliseconds - seconds * 1000) * 1_000_000];
}
