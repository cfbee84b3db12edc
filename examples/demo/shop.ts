import { setTimeout as sleep } from 'node:timers/promises';
import { SpanStatusCode } from '@opentelemetry/api';
import type { RuleId } from './rules.js';
import { Service } from './service.js';

/** An order to play through the shop, and the mistakes to make while doing so. */
export interface Order {
  readonly number: number;
  readonly amount: number;
  readonly items: number;
  readonly mistakes: ReadonlySet<RuleId>;
}

/** Storefront, inventory, payment, customers and audit: five services that call each other over HTTP. */
export class Shop {
  private readonly audit: Service;
  private readonly customers: Service;
  private readonly inventory: Service;
  private readonly payment: Service;
  private readonly storefront: Service;

  constructor(otlpEndpoint: string) {
    this.audit = new Service('audit', otlpEndpoint, {
      record: ({ input, step }) => step('write audit record', { 'customer.id': String(input.customer) }, async () => ({ recorded: true })),
    });

    this.customers = new Service('customers', otlpEndpoint, {
      address: async ({ input, step, call }) => {
        const customer = String(input.customer);
        const read = { 'pii.accessed': true, 'customer.id': customer, 'db.system.name': 'postgresql' };
        const address = await step('read address', read, async () => ({ city: 'Utrecht' }));
        if (!input.forgetAudit) await call(this.audit, 'record', { customer });
        return address;
      },
    });

    this.inventory = new Service('inventory', otlpEndpoint, {
      reserve: async ({ input, step }) => {
        const queries = input.queryPerItem ? Number(input.items) : 1;
        for (let i = 0; i < queries; i++) await step('query stock', { 'db.system.name': 'postgresql' }, async () => ({}));
        // Far longer than a busy machine takes for the others, which would be slow, too.
        if (input.slow) await sleep(1_200);
        return { reserved: true };
      },
    });

    this.payment = new Service('payment', otlpEndpoint, {
      pay: async ({ input, step }) => {
        const amount = Number(input.amount);
        const order = { 'order.id': String(input.order) };
        if (amount > 1000 && !input.skipFraudCheck) await step('check fraud', { ...order, 'fraud.score': 0.02 }, async () => ({}));
        return step('charge card', { ...order, 'payment.amount': amount }, async (span) => {
          if (input.decline) span.setStatus({ code: SpanStatusCode.ERROR, message: 'declined by the card network' });
          return { charged: !input.decline };
        });
      },
    });

    this.storefront = new Service('storefront', otlpEndpoint, {
      checkout: async ({ input, call }) => {
        const mistakes = new Set(input.mistakes as RuleId[]);
        await call(this.inventory, 'reserve', {
          items: input.items,
          slow: mistakes.has('demo-slow-reservation'),
          queryPerItem: mistakes.has('demo-query-per-item'),
        });
        // The payer and the recipient: the mistake is about one of the two.
        await call(this.customers, 'address', { customer: 'c-17' });
        await call(this.customers, 'address', { customer: 'c-42', forgetAudit: mistakes.has('demo-pii-without-audit') });
        return call(this.payment, 'pay', {
          order: input.order,
          amount: input.amount,
          skipFraudCheck: mistakes.has('demo-charge-without-fraud-check'),
          decline: mistakes.has('demo-declined-charge'),
        });
      },
    });
  }

  private get services(): readonly Service[] {
    return [this.storefront, this.payment, this.inventory, this.customers, this.audit];
  }

  async open(): Promise<void> {
    await Promise.all(this.services.map((service) => service.start()));
  }

  /** Plays one order: one trace of about a dozen spans over five services. */
  async checkout(order: Order): Promise<void> {
    await this.storefront.request('checkout', {
      order: `order-${order.number}`,
      amount: order.amount,
      items: order.items,
      mistakes: [...order.mistakes],
    });
  }

  async flush(): Promise<void> {
    await Promise.all(this.services.map((service) => service.flush()));
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.stop()));
  }
}

/** The n-th order: every fifth or so goes wrong, in a fixed pattern, so that the number of violations is known beforehand. */
export function orderNumber(n: number): Order {
  const mistakes = new Set<RuleId>();
  if (n % 5 === 2) mistakes.add('demo-pii-without-audit');
  if (n % 7 === 3) mistakes.add('demo-declined-charge');
  if (n % 10 === 4) mistakes.add('demo-charge-without-fraud-check');
  if (n % 12 === 5) mistakes.add('demo-slow-reservation');
  if (n % 15 === 6) mistakes.add('demo-query-per-item');
  return { number: n, amount: mistakes.has('demo-charge-without-fraud-check') || n % 3 === 0 ? 1_800 : 45, items: 12, mistakes };
}
