/** Rules to begin with. */
export const STARTERS = [
  { name: 'Slow requests', severity: 'MEDIUM', expression: 'span.kind == "server" and span.duration > 1s' },
  { name: 'Errors in payment', severity: 'HIGH', expression: 'span.service == "payment" and span.status == "error"' },
  {
    name: 'Personal data without audit',
    severity: 'CRITICAL',
    expression: 'trace.has(span.attributes["pii.accessed"] == true) and not trace.has(span.name == "audit.log")',
  },
] as const;
