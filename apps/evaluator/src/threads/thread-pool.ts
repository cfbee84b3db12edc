import { EventEmitter } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { countedLog, Log } from '#messaging';
import {
  Accounts,
  BoundedLabel,
  CONFIGURATION,
  type Configuration,
  type EvaluatedSpans,
  exposeLag,
  FullPartitions,
  HealthRecorder,
  LOGGER,
  type Logger,
  lookAfterLogSettings,
  privateSignatureKey,
  registerMetrics,
  signatureKey,
  systemClock,
  Tracing,
  VERSION,
} from '#platform';
import { TOPICS } from '#records';
import { EVALUATOR_METRICS } from '../metrics.js';
import { RuleSeries } from '../rules/rule-series.js';
import type { EvaluatorSettings } from '../settings.js';
import { EvaluatorThread, type ThreadEvents } from './evaluator-thread.js';
import { FullPartitionsPublisher } from './full-partitions-publisher.js';
import { RuleErrorLogger } from './rule-error-logger.js';
import { shares } from './shares.js';

const COMMIT_INTERVAL_MS = 1_000;
const IDLE_INTERVAL = 50;
/** The part of the stop time reserved for the last commits (ms). */
const LAST_COMMITS_MS = 6_000;

/** The evaluator threads of this process. */
@Injectable()
export class ThreadPool {
  private readonly events = new EventEmitter();
  private threads: readonly EvaluatorThread[] = [];

  constructor(
    private readonly log: Log,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Registry) private readonly registry: Registry,
    private readonly fullPartitions: FullPartitions,
    private readonly health: HealthRecorder,
    private readonly accounts: Accounts,
    private readonly tracing: Tracing,
  ) {}

  on<Event extends keyof ThreadEvents>(event: Event, callback: ThreadEvents[Event]): void {
    this.events.on(event, callback);
  }

  get running(): readonly EvaluatorThread[] {
    return this.threads;
  }

  /** Returns when they are started; each reports `ready` when it has joined the log. */
  start(): void {
    const metrics = registerMetrics(EVALUATOR_METRICS, this.registry);
    const ruleErrors = new RuleErrorLogger(this.logger, systemClock);
    // Receivers are in other processes.
    const publisher =
      this.configuration.kafka.brokers.length === 0 ? this.fullPartitions : new FullPartitionsPublisher(this.log, systemClock);
    const ruleSeries = new RuleSeries(metrics);
    const services = new BoundedLabel(this.configuration.metrics.maxServices);
    const { logger, tracing, events } = this;
    const tools = { metrics, ruleSeries, services, logger, fullPartitions: publisher, ruleErrors, events, tracing };
    this.threads = this.settings().map((settings) => new EvaluatorThread(settings, tools));
    for (const { lag } of this.threads) exposeLag({ registry: this.registry, log: this.log, gauge: metrics.lag, topic: TOPICS.spans, lag });
    for (const thread of this.threads) thread.start();
    this.answerForThreads();
    lookAfterLogSettings(this.health, this.log);
    this.health.register('rule_engine', () => {
      const states = this.threads.map((thread) => thread.check()).filter((state) => state !== undefined);
      return states.join('; ') || undefined;
    });
  }

  /** Resolves when all have committed and ended. `forGood`: no partition waits for the next process. */
  async stop(forGood: boolean): Promise<void> {
    await Promise.all(this.threads.map((thread) => thread.stop(forGood)));
  }

  /** For `GET /v1/accounting`. */
  private answerForThreads(): void {
    const { log, accounts } = this;
    accounts.evaluate = async (milliseconds) => {
      const answers = await Promise.allSettled(this.threads.map((thread) => thread.account(milliseconds)));
      const accounted = answers.map(
        (one): EvaluatedSpans =>
          one.status === 'fulfilled' ? one.value : { partitions: [], lacking: [(one.reason as Error).message], latencies: [] },
      );
      const partitions = accounted.flatMap((one) => one.partitions).sort((a, b) => a.partition - b.partition);
      return { partitions, lacking: accounted.flatMap((one) => one.lacking), latencies: accounted.flatMap((one) => one.latencies) };
    };
    accounts.log ??= countedLog(log);
  }

  private settings(): EvaluatorSettings[] {
    const { compliance, evaluator, rules, traces, process: mode, kafka, storage, server } = this.configuration;
    const privateKey = privateSignatureKey(this.configuration);
    const common = {
      log: this.log.forThreads(),
      volatile: kafka.brokers.length === 0 && storage.type === 'memory',
      foreignProducers: kafka.brokers.length > 0,
      assembly: traces,
      evaluationTimeout: rules.evaluationTimeout,
      version: VERSION,
      keys: {
        key: signatureKey(this.configuration).key,
        ...(privateKey === undefined ? {} : { privateKey }),
        development: mode.environment === 'development',
      },
      evidenceRate: compliance.emitEvidence ? compliance.evidenceRate : 0,
      commitInterval: COMMIT_INTERVAL_MS,
      idleInterval: IDLE_INTERVAL,
      traced: this.tracing.on,
      handOverTimeout: Math.max(0, server.shutdownTimeout - LAST_COMMITS_MS),
    };
    // Kafka's group shares the partitions; the threads of one process over the embedded log get fixed ones.
    const fixed = kafka.brokers.length === 0 ? shares(this.log.partitions(TOPICS.spans), evaluator.threads) : undefined;
    const count = fixed?.length ?? evaluator.threads;
    return Array.from({ length: count }, (_, n) => ({
      ...common,
      name: `evaluator-${process.pid}-${n + 1}`,
      ...(fixed?.[n] ? { partitions: fixed[n] } : {}),
      ...(kafka.groupInstanceId === undefined ? {} : { instanceId: `${kafka.groupInstanceId}-${n + 1}` }),
    }));
  }
}
