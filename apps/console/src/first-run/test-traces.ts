import { answered, client } from '../api/client';
import { STARTERS } from '../rules/list/starter-rules';

/** Creates the starter rules. Rejects the server's refusal. */
export async function createStarters(): Promise<void> {
  for (const body of STARTERS) await answered(client.POST('/v1/rules', { body }));
}

/** Sends two traces of a shop, one of which violates each starter rule, and waits until they are judged. Rejects the server's refusal. */
export async function sendTestTraces(): Promise<void> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const spans = [...checkout('good', now - 8_000_000_000n, 0.39, true), ...checkout('bad', now - 4_000_000_000n, 2.4, false)];
  await answered(client.POST('/v1/spans', { body: { spans } as never }));
  await answered(client.POST('/v1/settle', { params: { query: { timeout: '30s' } } }));
}

/** A checkout for `POST /v1/spans`. */
function checkout(kind: string, begin: bigint, seconds: number, isGood: boolean): object[] {
  const id = `test-${kind}-${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(16)}`;
  const span = (name: string, service: string, from: number, to: number, more: object = {}): object => ({
    trace_id: id,
    span_id: `${id}-${name}`,
    ...(name === 'POST /checkout' ? {} : { parent_id: `${id}-POST /checkout` }),
    name,
    service,
    kind: 'server',
    start_time: String(begin + BigInt(Math.round(from * seconds * 1e9))),
    end_time: String(begin + BigInt(Math.round(to * seconds * 1e9))),
    ...more,
  });
  return [
    span('POST /checkout', 'storefront', 0, 1),
    span('read address', 'customers', 0.1, 0.2, { attributes: { 'pii.accessed': true, 'customer.id': 'c-42' } }),
    ...(isGood ? [span('audit.log', 'customers', 0.2, 0.25, { attributes: { 'customer.id': 'c-42' } })] : []),
    span('charge card', 'payment', 0.3, 0.6, isGood ? {} : { status: 'error', attributes: { 'payment.amount': 1800 } }),
  ];
}
