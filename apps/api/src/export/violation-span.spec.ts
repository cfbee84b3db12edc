import { describe, expect, it } from '@jest/globals';
import { SpanKind } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import fc from 'fast-check';
import { violation } from '../testing/violation.js';
import { ATTRIBUTE_BYTES } from './record-parts.js';
import { violationSpan, violationSpanId } from './violation-span.js';

const resource = resourceFromAttributes({ 'service.name': 'betrace' });

describe('a violation as a span', () => {
  it('is in the offending trace, below the offending span, at the instant of the verdict', () => {
    const span = violationSpan(violation(), resource, true);
    expect(span.spanContext()).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c' });
    expect(span.parentSpanContext).toMatchObject({ spanId: 'b7ad6b7169203331' });
    expect(span).toMatchObject({
      name: 'betrace.violation',
      kind: SpanKind.INTERNAL,
      startTime: [1_699_000_002, 345_000_000],
      endTime: [1_699_000_002, 345_000_000],
      instrumentationScope: { name: 'betrace' },
    });
  });

  it("has the guides' attributes, and the signed record as evidence", () => {
    const record = violation();
    const { attributes } = violationSpan(record, resource, true);
    expect(attributes).toMatchObject({
      'betrace.violation.id': 'viol-1',
      'betrace.violation.rule_id': 'slow-requests',
      'betrace.violation.rule_name': 'slow-requests',
      'betrace.violation.severity': 'HIGH',
      'betrace.violation.message': record.message,
      'betrace.violation.signature': record.signature,
      'betrace.violation.explanation': 'span.duration > 1s',
    });
    expect(JSON.parse(String(attributes['betrace.violation.record']))).toEqual(record);
  });

  it('states the status: violated, retracted, or undecided and why', () => {
    const shown = (change: Parameters<typeof violation>[0]) => violationSpan(violation(change), resource, false).attributes;
    expect(shown({ status: 'retracted', revision: 2 })).toMatchObject({ 'betrace.violation.status': 'retracted' });
    const undecided = { code: 'step_limit', reason: 'the rule took more steps than it may on one trace' };
    expect(shown({ status: 'undecided', undecided })).toMatchObject({
      'betrace.violation.status': 'undecided',
      'betrace.violation.undecided': 'step_limit',
    });
    expect(shown({})).not.toHaveProperty('betrace.violation.undecided');
  });

  it('splits a long record into valid texts within the limits of backends, which joined give the record', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 0, max: 12 }), (text, times) => {
        const record = violation({ message: text.repeat(times), explanation: { summary: '😀ü'.repeat(600) } });
        const { attributes } = violationSpan(record, resource, true);
        for (const value of Object.values(attributes)) expect(Buffer.byteLength(String(value))).toBeLessThanOrEqual(ATTRIBUTE_BYTES);
        for (const value of Object.values(attributes)) expect(String(value).isWellFormed()).toBe(true);
        const count = Number(attributes['betrace.violation.record.parts']);
        const parts = Array.from({ length: count }, (_, n) => attributes[`betrace.violation.record.${n + 1}`]);
        expect(JSON.parse(parts.join(''))).toEqual(record);
        expect(attributes).not.toHaveProperty('betrace.violation.record');
      }),
      { numRuns: 50 },
    );
  });

  it('names the controls of the rule, and their outcome', () => {
    const controls = [
      { framework: 'SOC 2', control: 'CC6.1' },
      { framework: 'HIPAA', control: '164.312(b)' },
    ];
    const outcome = (status: 'open' | 'retracted' | 'undecided') =>
      violationSpan(violation({ status }), resource, false, controls).attributes;
    expect(outcome('open')).toMatchObject({
      'compliance.framework': ['SOC 2', 'HIPAA'],
      'compliance.control': ['CC6.1', '164.312(b)'],
      'compliance.outcome': 'violated',
    });
    expect([outcome('retracted')['compliance.outcome'], outcome('undecided')['compliance.outcome']]).toEqual(['retracted', 'undecided']);
    expect(Object.keys(violationSpan(violation(), resource, true).attributes).filter((key) => key.startsWith('compliance'))).toEqual([]);
  });

  it('omits the evidence when it is off', () => {
    const { attributes } = violationSpan(violation(), resource, false);
    expect(attributes).not.toHaveProperty('betrace.violation.record');
    expect(attributes).not.toHaveProperty('betrace.violation.signature');
  });

  it('is a root span when the violation has no span', () => {
    expect(violationSpan(violation({ wire_span_id: '' }), resource, true).parentSpanContext).toBeUndefined();
  });

  it('has the same id in every export, and another for each revision and each fragment', () => {
    const log = { partition: 0, first_offset: 500, last_offset: 600 };
    const ids = [violation(), violation({ revision: 2 }), violation({ log })].map(violationSpanId);
    expect(violationSpanId(violation())).toBe(ids[0]);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(new Set(ids).size).toBe(3);
  });
});
