import type { StoredViolation } from '../violations/stored-violation.js';

/** A stored violation for tests. */
export const violation = (id: string, changed: Partial<StoredViolation> = {}): StoredViolation => ({
  id,
  revision: 1,
  status: 'open',
  ruleId: 'slow',
  ruleName: 'Slow',
  severity: 'HIGH',
  traceId: 'trace-1',
  wireTraceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  spanId: '00f067aa0ba902b7',
  service: 'shop',
  timestampMs: 1_700_000_000_000,
  firstOffset: 7,
  record: JSON.stringify({ id, '€': '"\\ 😀' }),
  ...changed,
});
