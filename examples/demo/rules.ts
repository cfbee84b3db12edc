/** The demo's rules, as `POST /v1/rules` takes them. Each names a mistake that the shop sometimes makes. */
export const RULES = [
  {
    id: 'demo-charge-without-fraud-check',
    name: 'charge without fraud check',
    description: 'A card charge above 1,000 has no fraud check anywhere in its trace.',
    expression:
      'trace.has(span.name == "charge card" and span.attributes["payment.amount"] > 1000)\nand not trace.has(span.name == "check fraud")',
    severity: 'CRITICAL',
    tags: ['demo', 'payments'],
  },
  {
    id: 'demo-pii-without-audit',
    name: 'personal data without audit',
    description: 'Personal data was read and nothing wrote an audit record.',
    expression: 'trace.has(span.attributes["pii.accessed"] == true)\nand not trace.has(span.name == "write audit record")',
    severity: 'HIGH',
    tags: ['demo', 'compliance'],
  },
  {
    id: 'demo-declined-charge',
    name: 'declined charge',
    description: 'The card network declined a charge.',
    expression: 'span.service == "payment" and span.name == "charge card" and span.status == "error"',
    severity: 'MEDIUM',
    tags: ['demo', 'payments'],
  },
  {
    id: 'demo-slow-reservation',
    name: 'slow reservation',
    description: 'Reserving stock took longer than a customer waits.',
    expression: 'span.service == "inventory" and span.kind == "server" and span.duration > 150ms',
    severity: 'LOW',
    tags: ['demo', 'reliability'],
  },
  {
    id: 'demo-query-per-item',
    name: 'one query per item',
    description: 'More than eight stock queries in one trace: a loop where a join would do.',
    expression: 'trace.count(span.name == "query stock") > 8',
    severity: 'LOW',
    tags: ['demo', 'databases'],
  },
] as const;

export type RuleId = (typeof RULES)[number]['id'];
