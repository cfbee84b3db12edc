/** The demo's rules, as `POST /v1/rules` takes them. Each names a mistake that the shop sometimes makes. */
export const RULES = [
  {
    id: 'demo-charge-without-fraud-check',
    name: 'charge without fraud check',
    // Not `trace.preceded`: the SDK for JavaScript cuts the starts of spans to whole milliseconds, and the check takes less.
    description: 'A card charge above 1,000 without a fraud check of the same order.',
    expression: `trace.has(charge where charge.name == "charge card" and (charge.attributes["payment.amount"] or 0) > 1000 and not trace.has(
  span.name == "check fraud" and attribute.order.id and attribute.order.id == charge.attributes["order.id"]
))`,
    severity: 'CRITICAL',
    tags: ['demo', 'payments'],
  },
  {
    id: 'demo-pii-without-audit',
    name: 'personal data without audit',
    description: 'Personal data of a customer was read and no audit record of this customer was written.',
    expression: `trace.has(access where access.attributes["pii.accessed"] == true and not trace.has(
  span.name == "write audit record" and attribute.customer.id and attribute.customer.id == access.attributes["customer.id"]
))`,
    severity: 'HIGH',
    tags: ['demo', 'compliance'],
    controls: [
      { framework: 'SOC 2', control: 'CC6.1' },
      { framework: 'GDPR', control: '32' },
    ],
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
    expression: 'span.service == "inventory" and span.kind == "server" and span.duration > 1s',
    severity: 'LOW',
    tags: ['demo', 'reliability'],
  },
  {
    id: 'demo-query-per-item',
    name: 'one query per item',
    description: 'More than eight stock queries for one reservation: a loop where a join would do.',
    expression: 'span.name == "inventory.reserve" and span.children.count(span.name == "query stock") > 8',
    severity: 'LOW',
    tags: ['demo', 'databases'],
  },
] as const;

export type RuleId = (typeof RULES)[number]['id'];
