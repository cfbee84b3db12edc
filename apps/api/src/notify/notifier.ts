import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Log } from '#messaging';
import {
  Behind,
  CLOCK,
  type Clock,
  CONFIGURATION,
  type Configuration,
  ConfigurationError,
  exposeLag,
  LOGGER,
  type Logger,
  registerMetrics,
  shownAddress,
  Tracing,
} from '#platform';
import { TOPICS } from '#records';
import { Store } from '#store';
import { NOTIFY_METRICS } from './metrics.js';
import type { NotificationReceiver } from './receiver.js';
import type { ReceiverNotifier } from './receiver-notifier.js';

/** Notifies the receivers in the file of notifications. Without that file none of this is loaded. */
@Injectable()
export class Notifier {
  private notifiers: readonly ReceiverNotifier[] | undefined;

  constructor(
    private readonly log: Log,
    private readonly store: Store,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Registry) private readonly registry: Registry,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly tracing: Tracing,
  ) {}

  /** Throws a ConfigurationError when the file is unreadable or invalid. */
  async start(): Promise<void> {
    const { file } = this.configuration.notifications;
    if (file === undefined) return;
    const [{ readReceivers }, { ReceiverNotifier }, { RuleFacts }] = await Promise.all([
      import('./read-receivers.js'),
      import('./receiver-notifier.js'),
      import('./rule-facts.js'),
    ]);
    let receivers: readonly NotificationReceiver[];
    try {
      receivers = readReceivers(file);
    } catch (error) {
      const message = `${file} cannot be used: ${(error as Error).message}`;
      throw new ConfigurationError([{ key: 'notifications.file', source: 'the file of notifications', message }]);
    }
    const now = () => this.clock.now();
    const metrics = registerMetrics(NOTIFY_METRICS, this.registry);
    const facts = new RuleFacts(this.store, now);
    const parts = { log: this.log, store: this.store, facts, metrics, logger: this.logger, now, tracing: this.tracing };
    this.notifiers = receivers.map((receiver) => new ReceiverNotifier(receiver, parts));
    for (const [n, { name, kind, url }] of receivers.entries()) {
      const { lag } = this.notifiers[n]!;
      exposeLag({ registry: this.registry, log: this.log, gauge: metrics.lag, topic: TOPICS.violations, labels: { receiver: name }, lag });
      this.logger.info({ receiver: name, kind, address: shownAddress(url) }, `sending violations to ${name} (${kind})`);
    }
    await Promise.all(this.notifiers.map((receiver) => receiver.start()));
  }

  /** For readiness: `off` or `ok`. Throws which receivers are unavailable; this must not take the process out of service. */
  check(): string {
    if (this.notifiers === undefined) return 'off';
    const waiting = this.notifiers.map((receiver) => receiver.state()).filter((state) => state !== undefined);
    if (waiting.length > 0) throw new Behind(waiting.join('; '));
    return 'ok';
  }

  async stop(): Promise<void> {
    await Promise.all((this.notifiers ?? []).map((receiver) => receiver.stop()));
  }
}
