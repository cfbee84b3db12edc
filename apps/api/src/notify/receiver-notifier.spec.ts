import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { type Log, type Subscription } from '#messaging';
import { registerMetrics, Tracing } from '#platform';
import type { Store } from '#store';
import { WebhookReceiver } from '../../../../test/harness/services/webhook-receiver.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { NOTIFY_METRICS } from './metrics.js';
import type { NotificationReceiver } from './receiver.js';
import { ReceiverNotifier } from './receiver-notifier.js';
import { RuleFacts } from './rule-facts.js';

const RECEIVER: NotificationReceiver = {
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

  /** A notifier, one in each of several processes. */
  const notifier = (receiver = RECEIVER) => {
    const now = () => log.now();
    const metrics = registerMetrics(NOTIFY_METRICS, new Registry());
    return new ReceiverNotifier(receiver, {
      log,
      store,
      facts: new RuleFacts(store, now),
      metrics,
      logger: silent,
      now,
      tracing: new Tracing(),
    });
  };

  it('whose partition moves before the first notification starts where the first process did', async () => {
    log.receiving(true);
    await publish(log, violation({ id: 'viol-before' }), violation({ id: 'viol-before-too' }));
    await new Promise((done) => setTimeout(done, 5));
    expect(await notifier().assigned(0, undefined, 0)).toBe(2);
    await publish(log, violation({ id: 'viol-after' }));
    expect(await notifier().assigned(0, undefined, 0)).toBe(2);
    // A reader with a position resumes there.
    await store.notified('notify chat', new Map([[0, 3]]), []);
    expect(await notifier().assigned(0, { offset: 3, metadata: '' }, 0)).toBe(3);
    // The log was created again.
    await store.notified('notify chat', new Map([[0, 30]]), []);
    expect(await notifier().assigned(0, { offset: 3, metadata: '' }, 0)).toBe(0);
    // It may be longer than the former one when the next process starts.
    expect(await store.position('notify chat', 0)).toBe(0);
  });

  describe('that accepts some messages gets only the others again', () => {
    const hook = new WebhookReceiver();
    const told = (): string[] => hook.taken.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id).toSorted();
    beforeEach(async () => {
      hook.taken.length = 0;
      hook.refused = 0;
      hook.refuse = ({ body }) => (body.includes('viol-away') ? 503 : undefined);
      await hook.open();
      log.receiving(true);
    });
    afterEach(() => hook.close());

    const failing = () => eventually(async () => (hook.refused > 1 && hook.taken.length === 1 ? true : undefined));

    /** The subscription of a notifier that is started: its group would ask for its partition. */
    const subscriptionOf = async (started: ReceiverNotifier): Promise<Subscription> => {
      const subscribe = log.subscribe.bind(log);
      const subscribed = Promise.withResolvers<Subscription>();
      log.subscribe = async (options) => {
        log.subscribe = subscribe;
        const subscription = await subscribe(options);
        subscribed.resolve(subscription);
        return subscription;
      };
      await started.start();
      return subscribed.promise;
    };

    it('releases its partition when revoked, and is not sent accepted messages again', async () => {
      const [one, other] = [notifier({ ...RECEIVER, url: hook.url }), notifier({ ...RECEIVER, url: hook.url })];
      const subscription = await subscriptionOf(one);
      const now = Date.now() + 60_000;
      await publish(log, violation({ id: 'viol-taken', timestamp_ms: now }), violation({ id: 'viol-away', timestamp_ms: now }));
      await failing();
      // The process continues.
      await subscription.close();
      expect(one.state()).toBeUndefined();
      expect(await store.position('notify chat', 0)).toBe(0);
      hook.refuse = undefined;
      await other.start();
      await eventually(async () => ((await store.position('notify chat', 0)) === 2 ? true : undefined));
      expect(told()).toEqual(['viol-away', 'viol-taken']);
      await other.stop();
    });

    it('that hangs releases its partition before it answers, and does not get again what it accepts then', async () => {
      const [one, other] = [notifier({ ...RECEIVER, url: hook.url }), notifier({ ...RECEIVER, url: hook.url })];
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<undefined>();
      hook.refuse = () => {
        asked.resolve();
        return answer.promise;
      };
      const subscription = await subscriptionOf(one);
      const late = violation({ id: 'viol-late', timestamp_ms: Date.now() + 60_000 });
      await publish(log, late);
      await asked.promise;
      await subscription.close();
      expect([hook.taken.length, hook.refused]).toEqual([0, 0]);
      answer.resolve(undefined);
      const revision = { id: late.id, revision: late.revision, status: late.status, firstOffset: late.log.first_offset };
      await eventually(async () => ((await store.alreadyNotified('notify chat', [revision])).size === 1 ? true : undefined));
      expect(await store.position('notify chat', 0)).toBe(0);
      await other.start();
      await eventually(async () => ((await store.position('notify chat', 0)) === 1 ? true : undefined));
      await other.stop();
      expect(told()).toEqual(['viol-late']);
    });

    it('that answers while its process stops is not sent the message again', async () => {
      const [one, other] = [notifier({ ...RECEIVER, url: hook.url }), notifier({ ...RECEIVER, url: hook.url })];
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<undefined>();
      hook.refuse = () => {
        asked.resolve();
        return answer.promise;
      };
      await one.start();
      await publish(log, violation({ id: 'viol-slow', timestamp_ms: Date.now() + 60_000 }));
      await asked.promise;
      const stopped = one.stop();
      answer.resolve(undefined);
      await stopped;
      hook.refuse = undefined;
      await other.start();
      await eventually(async () => ((await store.position('notify chat', 0)) === 1 ? true : undefined));
      await other.stop();
      expect(told()).toEqual(['viol-slow']);
    });
  });
});
