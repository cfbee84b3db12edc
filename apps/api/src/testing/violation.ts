import { type Log } from '#messaging';
import { TOPICS, type ViolationRecord } from '#records';
import { keyRing, signViolation } from '#signing';

/** A signed violation, as evaluators publish it. */
export function violation(change: Partial<ViolationRecord> = {}): ViolationRecord {
  const unsigned = {
    id: 'viol-1',
    revision: 1,
    status: 'open' as const,
    rule_id: 'slow-requests',
    rule_name: 'slow-requests',
    rule_version: 1,
    severity: 'HIGH',
    trace_id: 'test-trace-001',
    span_id: 'test-span-001',
    wire_trace_id: '0af7651916cd43dd8448eb211c80319c',
    wire_span_id: 'b7ad6b7169203331',
    timestamp_ms: 1_699_000_002_345,
    service: 'checkout',
    message: 'slow-requests: span.duration is 2s',
    explanation: { summary: 'span.duration > 1s', conditions: [] },
    close_reason: 'certain',
    complete: true,
    log: { partition: 0, first_offset: 0, last_offset: 0 },
    metadata: { span_name: 'slow-operation', duration_ms: 2000 },
    ...change,
  };
  return signViolation(unsigned, keyRing({ key: 'changeme', development: true }));
}

/** Appends violations to the log, as evaluators do. */
export async function publish(log: Log, ...violations: readonly ViolationRecord[]): Promise<void> {
  await log.append(
    TOPICS.violations,
    violations.map((record) => ({ partition: record.log.partition, value: Buffer.from(JSON.stringify(record)) })),
  );
}
