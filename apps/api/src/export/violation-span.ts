import { createHash } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import type { Explanation } from '#dsl';
import type { RuleControl, ViolationRecord } from '#records';
import { instantSpan } from './instant-span.js';
import { attributeParts, fitted } from './record-parts.js';

/**
 * A violation as the span that Tempo shows inside the offending trace: a child of the offending span, at the time of the verdict, with the signed record if
 * configured. The span id derives from the violation's id, its revision and the fragment. A repeated export (after a crash or a lost answer) therefore writes
 * the same span.
 */
export function violationSpan(
  violation: ViolationRecord,
  resource: Resource,
  evidence: boolean,
  controls: readonly RuleControl[] = [],
): ReadableSpan {
  const parent = violation.wire_span_id;
  return instantSpan(
    {
      name: 'betrace.violation',
      traceId: violation.wire_trace_id,
      spanId: violationSpanId(violation),
      ...(parent === '' ? {} : { parentId: parent }),
      at: violation.timestamp_ms,
      attributes: { ...described(violation), ...complianceOf(violation, controls), ...(evidence ? signed(violation) : {}) },
    },
    resource,
  );
}

/** 16 hex digits, never all zero: the start of SHA-256 over `<id>:<revision>:<first offset>`; each fragment of a trace counts revisions from 1. */
export function violationSpanId({ id, revision, log }: Pick<ViolationRecord, 'id' | 'revision' | 'log'>): string {
  return spanId(id, revision, log.first_offset);
}

export function spanId(id: string, revision: number, firstOffset: number): string {
  const digits = createHash('sha256').update(`${id}:${revision}:${firstOffset}`).digest('hex').slice(0, 16);
  return /^0+$/.test(digits) ? '0000000000000001' : digits;
}

function described(violation: ViolationRecord): Attributes {
  return {
    'betrace.violation.id': violation.id,
    'betrace.violation.rule_id': violation.rule_id,
    'betrace.violation.rule_name': violation.rule_name,
    'betrace.violation.rule_version': violation.rule_version,
    'betrace.violation.severity': violation.severity,
    'betrace.violation.message': fitted(violation.message),
    'betrace.violation.status': violation.status,
    ...(violation.undecided === undefined ? {} : { 'betrace.violation.undecided': violation.undecided.code }),
    'betrace.violation.revision': violation.revision,
    'betrace.violation.service': violation.service,
    'betrace.violation.trace_id': violation.trace_id,
    'betrace.violation.span_id': violation.span_id,
    'betrace.violation.close_reason': violation.close_reason,
    'betrace.violation.complete': violation.complete,
    'betrace.violation.fragment': violation.fragment === true,
  };
}

/** Lists of equal length: a framework and its control have the same index. They come from the rule, and are not part of the signed record. */
function complianceOf({ status }: ViolationRecord, controls: readonly RuleControl[]): Attributes {
  if (controls.length === 0) return {};
  return {
    'compliance.framework': controls.map(({ framework }) => framework),
    'compliance.control': controls.map(({ control }) => control),
    'compliance.outcome': status === 'open' ? 'violated' : status,
  };
}

/** `record` is the signed record with its explanation, split if long: the span alone suffices for verifying. */
function signed(violation: ViolationRecord): Attributes {
  return {
    'betrace.violation.explanation': fitted(summaryOf(violation)),
    'betrace.violation.signature': violation.signature,
    'betrace.violation.key_id': violation.key_id,
    ...attributeParts('betrace.violation.record', JSON.stringify(violation)),
  };
}

/** The explanation in one sentence, because a rule's own message does not describe the trace. */
function summaryOf({ explanation }: ViolationRecord): string {
  const { summary } = explanation as Partial<Explanation>;
  return typeof summary === 'string' ? summary : '';
}
