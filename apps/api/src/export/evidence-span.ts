import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { EvidenceRecord } from '#records';
import { instantSpan } from './instant-span.js';
import { attributeParts } from './record-parts.js';
import { spanId } from './violation-span.js';

/**
 * Evidence as a span of the complying trace, at the time from which no late span could change the verdict. Its id derives from the evidence's id, so a repeated
 * export writes the same span.
 */
export function evidenceSpan(evidence: EvidenceRecord, resource: Resource): ReadableSpan {
  return instantSpan(
    {
      name: 'betrace.evidence',
      traceId: evidence.wire_trace_id,
      spanId: spanId(evidence.id, 1, evidence.log.first_offset),
      at: evidence.timestamp_ms,
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
    },
    resource,
  );
}
