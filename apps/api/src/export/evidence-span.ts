import { SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { OWN_SCOPE } from '#base';
import type { EvidenceRecord } from '#records';
import { attributeParts } from './record-parts.js';
import { hrTime, INSTANT, spanId } from './violation-span.js';

/**
 * Evidence as a span of the trace that complies, at the instant from which no late span could change that. Its id is derived from that of the evidence, so a repeated
 * export writes the same span again.
 */
export function evidenceSpan(evidence: EvidenceRecord, resource: Resource): ReadableSpan {
  const at = hrTime(evidence.timestamp_ms);
  const context = {
    traceId: evidence.wire_trace_id,
    spanId: spanId(evidence.id, 1, evidence.log.first_offset),
    traceFlags: TraceFlags.SAMPLED,
  };
  return {
    name: 'betrace.evidence',
    kind: SpanKind.INTERNAL,
    spanContext: () => context,
    startTime: at,
    endTime: at,
    duration: INSTANT,
    ended: true,
    status: { code: SpanStatusCode.UNSET },
    attributes: {
      'compliance.framework': evidence.controls.map(({ framework }) => framework),
      'compliance.control': evidence.controls.map(({ control }) => control),
      'compliance.outcome': evidence.outcome,
      'betrace.evidence.id': evidence.id,
      'betrace.evidence.rule_id': evidence.rule_id,
      'betrace.evidence.rule_name': evidence.rule_name,
      'betrace.evidence.rule_version': evidence.rule_version,
      'betrace.evidence.trace_id': evidence.trace_id,
      'betrace.evidence.complete': evidence.complete,
      'betrace.evidence.signature': evidence.signature,
      'betrace.evidence.key_id': evidence.key_id,
      ...attributeParts('betrace.evidence.record', JSON.stringify(evidence)),
    },
    links: [],
    events: [],
    resource,
    instrumentationScope: { name: OWN_SCOPE },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
