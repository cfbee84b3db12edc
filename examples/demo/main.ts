import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BeTraceApi } from './betrace-api.js';
import { LiveCount } from './live-count.js';
import { orderNumber, Shop } from './shop.js';
import { installPropagation } from './telemetry.js';

/**
 * `npm run demo`: a shop of five services sends traces, some of which break a rule. It shows the number of faults and the number of violations that BeTrace
 * found. Exits 0 when the two agree, 1 when they do not.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: process.env.BETRACE_URL ?? 'http://127.0.0.1:12011' },
      otlp: { type: 'string', default: process.env.BETRACE_OTLP ?? 'http://127.0.0.1:12012' },
      'api-key': { type: 'string' },
      orders: { type: 'string', default: '60' },
      rate: { type: 'string', default: '10' },
    },
  });
  const orders = positive('orders', values.orders);
  const rate = positive('rate', values.rate);

  const key = values['api-key'] ?? process.env.BETRACE_API_KEY;
  // By the variables that any application uses: the key, and the authority of the server's certificate.
  if (key !== undefined) process.env.OTEL_EXPORTER_OTLP_HEADERS ??= `x-api-key=${key}`;
  if (process.env.NODE_EXTRA_CA_CERTS !== undefined) process.env.OTEL_EXPORTER_OTLP_CERTIFICATE ??= process.env.NODE_EXTRA_CA_CERTS;
  const api = new BeTraceApi(values.url.replace(/\/$/, ''), key);
  await api.check();
  await api.createRules();

  installPropagation();
  const shop = new Shop(values.otlp);
  await shop.open();
  const count = new LiveCount(api, Math.floor(Date.now() / 1000), process.stdout);
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });

  try {
    process.stdout.write(`a shop of five services sends ${orders} orders to ${values.otlp}, ${rate} a second; ctrl-c stops it\n\n`);
    for (let n = 0; n < orders && !stopped; n++) {
      const order = orderNumber(n);
      await Promise.all([shop.checkout(order), sleep(1000 / rate)]);
      count.orders++;
      for (const mistake of order.mistakes) count.made.set(mistake, (count.made.get(mistake) ?? 0) + 1);
      if (n % Math.ceil(rate / 2) === 0) await count.refresh();
      count.draw(false);
    }
    await shop.flush();
    // "Not audited" is certain only when the trace is closed, root_grace after its last span: the last orders take that long.
    for (let waited = 0; waited < 60 && !stopped; waited++) {
      await count.refresh();
      count.draw(false);
      if (count.agrees && waited > 4) break;
      await sleep(500);
    }
    await count.refresh();
    count.draw(true);
    process.stdout.write(
      count.agrees
        ? `\neach mistake was found, and nothing else. Look at one:\n  curl "${values.url}/v1/violations?limit=1"\n`
        : '\nthe counts differ: see the log of the server and GET /v1/rules\n',
    );
    return count.agrees || stopped ? 0 : 1;
  } finally {
    await shop.close();
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not "${text}"`);
  return value;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
