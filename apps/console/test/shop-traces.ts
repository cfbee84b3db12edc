import { expect } from '@jest/globals';
import type { BeTrace } from '../../../test/harness/betrace.js';

/** The rules of the shop, one of each severity. */
export const RULES = [
  {
    id: 'charge-without-check',
    name: 'charge without fraud check',
    severity: 'CRITICAL',
    expression: 'trace.has(span.name == "charge card") and not trace.has(span.name == "check fraud")',
  },
  { id: 'slow-checkout', name: 'slow checkout', severity: 'HIGH', expression: 'span.name == "POST /checkout" and span.duration > 1s' },
  { id: 'query-per-item', name: 'one query per item', severity: 'MEDIUM', expression: 'trace.count(span.name == "query stock") > 3' },
  { id: 'declined', name: 'declined charge', severity: 'LOW', expression: 'span.name == "charge card" and span.status == "error"' },
] as const;

export interface Order {
  readonly id: string;
  readonly checked?: boolean;
  readonly slow?: boolean;
  readonly queries?: number;
  readonly declined?: boolean;
  /** Milliseconds before now. */
  readonly ago?: number;
}

type PlainSpan = Readonly<Record<string, unknown>>;

/** The spans of an order as `POST /v1/spans` takes them. */
export function orderSpans({ id, checked = true, slow = false, queries = 1, declined = false, ago = 60_000 }: Order): PlainSpan[] {
  const begin = BigInt(Date.now() - ago) * 1_000_000n;
  const span = (
    spanId: string,
    parent: string | undefined,
    name: string,
    service: string,
    from: number,
    ms: number,
    more: PlainSpan = {},
  ) => ({
    trace_id: id,
    span_id: `${id}-${spanId}`,
    ...(parent === undefined ? {} : { parent_id: `${id}-${parent}` }),
    name,
    service,
    start_time: String(begin + BigInt(from) * 1_000_000n),
    end_time: String(begin + BigInt(from + ms) * 1_000_000n),
    ...more,
  });
  return [
    span('root', undefined, 'POST /checkout', 'storefront', 0, slow ? 2_400 : 390, { attributes: { 'order.id': id } }),
    span('reserve', 'root', 'reserve stock', 'inventory', 10, 60),
    ...Array.from({ length: queries }, (_, n) => span(`query-${n}`, 'reserve', 'query stock', 'inventory', 12 + n * 6, 5)),
    ...(checked ? [span('check', 'root', 'check fraud', 'payment', 90, 30)] : []),
    span('charge', 'root', 'charge card', 'payment', 130, 110, {
      attributes: { 'payment.amount': 1800 },
      ...(declined ? { status: 'error' } : {}),
    }),
  ];
}

export async function send(betrace: BeTrace, spans: readonly PlainSpan[]): Promise<void> {
  expect((await betrace.json('POST', '/v1/spans', { spans })).status).toBe(202);
}

/** Waits until everything that was sent is judged and kept. */
export async function settled(betrace: BeTrace): Promise<void> {
  expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
}

export async function openShop(betrace: BeTrace): Promise<void> {
  for (const rule of RULES) expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
}

interface RuleNow {
  readonly version: number;
  readonly expression: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
}

/** A rule as the server has it. */
export async function ruleOf(betrace: BeTrace, id: string): Promise<RuleNow> {
  return (await betrace.json<RuleNow>('GET', `/v1/rules/${id}`)).body;
}
