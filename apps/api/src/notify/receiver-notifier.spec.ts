import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { type Log } from '#messaging';
import { registerMetrics, Tracing } from '#platform';
import type { Store } from '#store';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { NOTIFY_METRICS } from './metrics.js';
import type { Receiver } from './receiver.js';
import { ReceiverNotifier } from './receiver-notifier.js';
import { RuleFacts } from './rule-facts.js';

const RECEIVER: Receiver = {
  name: 'chat',
  kind: 'webhook',
  url: 'http://127.0.0.1:1/',
  headers: {},
  severities: [],
  rules: [],
  tags: [],
  firesFor: 1_000,
};

describe('a receiver of notifications', () => {
  let log: Log;
  let store: Store;
  beforeEach(async () => {
    ({ log, store } = await logAndStore(1));
  });
  afterEach(async () => {
    await log.close();
    await store.close();
  });

  /** As each of several processes has one. */
  const notifier = () => {
    const now = () => log.now();
    const metrics = registerMetrics(NOTIFY_METRICS, new Registry());
    return new ReceiverNotifier(RECEIVER, {
      log,
      store,
      facts: new RuleFacts(store, now),
      metrics,
      logger: silent,
      now,
      tracing: new Tracing(),
    });
  };

  it('that another process takes over before it had anything to note begins where the first one did', async () => {
    log.receiving(true);
    await publish(log, violation({ id: 'viol-before' }), violation({ id: 'viol-before-too' }));
    await new Promise((done) => setTimeout(done, 5));
    expect(await notifier().assigned(0, undefined, 0)).toBe(2);
    await publish(log, violation({ id: 'viol-after' }));
    expect(await notifier().assigned(0, undefined, 0)).toBe(2);
    // One that noted how far it came goes on there.
    await store.notified('notify chat', new Map([[0, 3]]), []);
    expect(await notifier().assigned(0, { offset: 3, metadata: '' }, 0)).toBe(3);
    // The log was created again.
    await store.notified('notify chat', new Map([[0, 30]]), []);
    expect(await notifier().assigned(0, { offset: 3, metadata: '' }, 0)).toBe(0);
  });
});
