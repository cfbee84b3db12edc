import { execFile } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { accountsWhen } from './accounts.js';
import { describePeers } from './describe-peers.js';
import { PEER_TIMEOUT_MS } from './kept.js';
import { openViolations } from './known-traces.js';
import { pythonWithSdk } from './python.js';

const TIMEOUT_MS = 60_000;
const ORDERS = 30;
const shop = join(import.meta.dirname, 'python/shop.py');

interface Order {
  readonly number: number;
  readonly trace: string;
  readonly spans: Readonly<Record<string, string>>;
  readonly audited: boolean;
}

/** Each rule reads another part of the SDK's data. `finds` returns the expected span of an order, or its trace. */
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
  let python: string;
  let betrace: BeTrace;
  let sent = 0;

  beforeAll(async () => {
    python = await pythonWithSdk();
    betrace = await BeTrace.start({ env: { BETRACE_TRACE_ROOT_GRACE: '500ms' } });
    for (const [name, { expression }] of Object.entries(RULES)) {
      expect(await betrace.json('POST', '/v1/rules', { name, expression, severity: 'LOW' })).toMatchObject({ status: 201 });
    }
  }, PEER_TIMEOUT_MS);
  afterAll(() => betrace?.stop());

  /** Starts the shop; `complaints` holds the SDK's errors, `orders` those made, once all are exported. */
  const sell = (protocol: string, compression: string, port = protocol === 'grpc' ? betrace.ports.grpc : betrace.ports.http) => {
    const endpoint = `${protocol === 'grpc' ? '' : 'http://'}127.0.0.1:${port}`;
    const said: string[] = [];
    const running = promisify(execFile)(python, [shop, protocol, endpoint, compression, String(ORDERS)], {
      env: { PATH: process.env['PATH'] },
    });
    running.child.stderr?.on('data', (chunk) => said.push(String(chunk)));
    const orders = running.then(({ stdout }) => {
      const made = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Order);
      expect(made).toHaveLength(ORDERS);
      sent += made.reduce((sum, { spans }) => sum + Object.keys(spans).length, 0);
      return made;
    });
    return { orders, complaints: () => said.join('') };
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
    await eventually('exactly the violations', same, TIMEOUT_MS, 200).catch(async () => expect(await found()).toEqual(expected));
  };

  it.each([
    ['grpc', 'none'],
    ['grpc', 'gzip'],
    ['http', 'none'],
    ['http', 'gzip'],
    ['http', 'deflate'],
  ])('has exactly the expected violations: OTLP/%s, compression %s', async (protocol, compression) => {
    const { orders, complaints } = sell(protocol, compression);
    await expectFound(await orders);
    expect(complaints()).toBe('');
  });

  it.each(['grpc', 'http'] as const)(
    'loses nothing, by its own attempts, when it reaches BeTrace only after a moment: OTLP/%s',
    async (protocol) => {
      const [port = 0] = await freePorts(1);
      const { orders, complaints } = sell(protocol, 'gzip', port);
      await eventually('a failed attempt', async () => (complaints() === '' ? undefined : true), TIMEOUT_MS);
      const gate = createServer((socket) => {
        const beyond = connect(betrace.ports[protocol], '127.0.0.1');
        socket.pipe(beyond).pipe(socket);
        for (const end of [socket, beyond]) end.on('error', () => socket.destroy());
      });
      gate.listen(port, '127.0.0.1');
      await expectFound(await orders);
      gate.close();
    },
  );

  it('has every span accounted for', async () => {
    const accounts = await accountsWhen([betrace], { received: sent, judged: sent }, () => betrace.logs());
    expect(accounts).toEqual({ received: sent, evaluated: sent, duplicates: 0, rejected: 0, misplaced: 0 });
  });
});
