import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { accountsWhen } from './accounts.js';
import { describePeers } from './describe-peers.js';
import { PEER_PATIENCE } from './kept.js';
import { openViolations } from './known-traces.js';
import { pythonWithSdk } from './python.js';

const PATIENCE = 60_000;
const ORDERS = 30;
const shop = join(import.meta.dirname, 'python/shop.py');

interface Order {
  readonly number: number;
  readonly trace: string;
  readonly spans: Readonly<Record<string, string>>;
  readonly audited: boolean;
}

/** Each asks for another part of what the SDK sends; the span that each is to find in an order, or the trace of it. */
const RULES: Readonly<Record<string, { readonly expression: string; readonly finds: (order: Order) => string | false | undefined }>> = {
  declined: {
    expression: 'span.kind == "client" and span.status == "error" and span.status_message contains "card declined"',
    finds: ({ number, spans }) => number % 4 === 0 && spans['charge'],
  },
  exception: {
    expression: '#span.events == 1 and span.events[1].name == "exception"',
    finds: ({ number, spans }) => number % 4 === 0 && spans['charge'],
  },
  exact: {
    expression: 'span.is_root and span.attributes["order.id"] == 9007199254740998',
    finds: ({ number, spans }) => number === 5 && spans['POST /orders'],
  },
  personal: {
    expression: 'span.attributes["pii.accessed"] == true and #span.attributes.fields == 2 and span.attributes.ratio == 0.5',
    finds: ({ spans }) => spans['read customer'],
  },
  linked: {
    expression: '#span.links == 1 and span.resource["deployment.environment.name"] == "test"',
    finds: ({ number, spans }) => number > 0 && spans['POST /orders'],
  },
  unaudited: {
    expression: 'trace.has(span.attributes["pii.accessed"] == true) and not trace.has(span.name == "audit")',
    finds: ({ audited, trace }) => !audited && trace,
  },
  torn: { expression: 'trace.count(true) < 3 or trace.count(span.is_root) ~= 1', finds: () => false },
};

await describePeers('the OpenTelemetry SDK for Python', ['Python'], () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  let sent = 0;
  const start = (again?: BeTrace) =>
    BeTrace.start({
      env: { BETRACE_STORAGE_PATH: folder.path, BETRACE_TRACE_LATE_WINDOW: '5m' },
      ...(again ? { ports: again.ports } : {}),
    });

  beforeAll(async () => {
    await pythonWithSdk();
    folder = await storageFolder();
    betrace = await start();
    for (const [name, { expression }] of Object.entries(RULES)) {
      expect(await betrace.json('POST', '/v1/rules', { name, expression, severity: 'LOW' })).toMatchObject({ status: 201 });
    }
  }, PEER_PATIENCE);
  afterAll(async () => {
    await betrace?.kill();
    await folder?.remove();
  });

  const endpoint = (protocol: string) => (protocol === 'grpc' ? `127.0.0.1:${betrace.ports.grpc}` : betrace.url);
  /** Runs the shop; answers its orders when all were exported. Fails with what the SDK complains about. */
  const sell = async (protocol: string, compression: string): Promise<{ readonly orders: Order[]; readonly complaints: string }> => {
    const args = [shop, protocol, endpoint(protocol), compression, String(ORDERS)];
    const { stdout, stderr } = await promisify(execFile)(await pythonWithSdk(), args, { env: { PATH: process.env['PATH'] } });
    const orders = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Order);
    expect(orders).toHaveLength(ORDERS);
    sent += orders.reduce((sum, { spans }) => sum + Object.keys(spans).length, 0);
    return { orders, complaints: stderr };
  };
  const expectFound = async (orders: readonly Order[]): Promise<void> => {
    const traces = new Set(orders.map((order) => order.trace));
    const expected = orders.flatMap((order) =>
      Object.entries(RULES).flatMap(([rule, { finds }]) => (finds(order) ? [`${rule} ${order.trace} ${finds(order)}`] : [])),
    );
    const found = async () =>
      (await openViolations(betrace))
        .filter(({ trace_id }) => traces.has(trace_id))
        .map(({ rule_id, trace_id, span_id }) => `${rule_id} ${trace_id} ${rule_id === 'unaudited' ? trace_id : span_id}`)
        .sort();
    const same = async () => ((await found()).join() === expected.sort().join() ? true : undefined);
    await eventually('exactly the violations', same, PATIENCE, 200).catch(async () => expect(await found()).toEqual(expected));
  };

  it.each([
    ['grpc', 'none'],
    ['grpc', 'gzip'],
    ['http', 'none'],
    ['http', 'gzip'],
    ['http', 'deflate'],
  ])('has every violation found, and no other: OTLP/%s, compression %s', async (protocol, compression) => {
    const { orders, complaints } = await sell(protocol, compression);
    expect(complaints).toBe('');
    await expectFound(orders);
  });

  it('has every span accounted for', async () => {
    const accounts = await accountsWhen([betrace], { received: sent, judged: sent }, () => betrace.logs());
    expect(accounts).toEqual({ received: sent, evaluated: sent, duplicates: 0, rejected: 0, misplaced: 0 });
  });

  it.each(['grpc', 'http'])('loses nothing, by its own attempts, when BeTrace is away for a moment: OTLP/%s', async (protocol) => {
    await betrace.kill();
    const selling = sell(protocol, 'gzip');
    await new Promise((done) => setTimeout(done, 2_000));
    betrace = await start(betrace);
    await expectFound((await selling).orders);
  });
});
