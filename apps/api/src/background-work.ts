import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log, traceAppends } from '#messaging';
import {
  Accounts,
  CLOCK,
  type Clock,
  CONFIGURATION,
  type Configuration,
  Degraded,
  HealthRecorder,
  LOGGER,
  type Logger,
  lookAfterKey,
  lookAfterLogSettings,
  Shutdown,
  signatureKey,
  Tracing,
} from '#platform';
import { Store, StoreError, traceWrites } from '#store';
import { ClosedTraceKeeper } from './compliance/closed-trace-keeper.js';
import { OtlpExport } from './export/otlp-export.js';
import { Regrouper } from './groups/regrouper.js';
import { StoreReadiness } from './keep/store-readiness.js';
import { ViolationKeeper } from './keep/violation-keeper.js';
import { Notifier } from './notify/notifier.js';
import { RuleStatusFollower } from './rules/health/rule-status-follower.js';
import { RuleAnnouncer } from './rules/publish/rule-announcer.js';
import { Settle } from './settle/settle.js';
import { ViolationStream } from './stream/violation-stream.js';
import { ViolationPruner } from './violations/violation-pruner.js';

/** How long (ms) a stop waits for the database: less than its own timeout of 15 s. */
const STORE_TIMEOUT_MS = 5_000;

/** The background work of the API: it starts with the application and stops in its stage. */
@Injectable()
export class BackgroundWork implements OnApplicationBootstrap {
  constructor(
    private readonly log: Log,
    private readonly store: Store,
    private readonly ruleAnnouncer: RuleAnnouncer,
    private readonly violationKeeper: ViolationKeeper,
    private readonly otlpExport: OtlpExport,
    private readonly notify: Notifier,
    private readonly violationPruner: ViolationPruner,
    private readonly regrouper: Regrouper,
    private readonly ruleStatus: RuleStatusFollower,
    private readonly closedTraces: ClosedTraceKeeper,
    private readonly settle: Settle,
    private readonly stream: ViolationStream,
    private readonly health: HealthRecorder,
    private readonly accounts: Accounts,
    private readonly shutdown: Shutdown,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly tracing: Tracing,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.warnOfOwnDatabase();
    if (this.tracing.on) {
      traceAppends(this.log, this.tracing);
      traceWrites(this.store, this.tracing);
    }
    this.ruleAnnouncer.start();
    await this.ruleStatus.start();
    this.closedTraces.start();
    await this.violationKeeper.start();
    this.accounts.keep = () => this.violationKeeper.account();
    await this.otlpExport.start();
    await this.notify.start();
    this.violationPruner.start();
    this.regrouper.start();
    const readiness = new StoreReadiness(
      () => this.store.check(),
      () => this.clock.monotonic(),
    );
    this.health.register('storage', () => readiness.check().catch(degrade));
    this.health.register('storage', () => this.violationKeeper.check().catch(degrade));
    this.health.register('rule_engine', () => this.ruleAnnouncer.check());
    this.lookAfterSignatureKey();
    lookAfterLogSettings(this.health, this.log);
    this.health.register('otlp_exporter', () => this.otlpExport.check());
    this.health.register('notifications', () => this.notify.check());
    this.shutdown.register('receive', 'waiting for the database', () => this.hurryDatabase());
    this.shutdown.register('receive', 'waiting for verdicts', () => this.settle.stop());
    this.shutdown.onDrain(() => this.stream.stop());
    this.shutdown.register('receive', 'streams of violations', () => this.stream.stop());
    this.shutdown.register('evaluate', 'announcing rules', () => this.ruleAnnouncer.stop());
    this.shutdown.register('evaluate', 'following rule status', () => this.ruleStatus.stop());
    this.shutdown.register('export', 'keeping counts of closed traces', () => this.closedTraces.stop());
    this.shutdown.register('evaluate', 'pruning violations', () => this.violationPruner.stop());
    this.shutdown.register('evaluate', 'grouping violations', () => this.regrouper.stop());
    this.shutdown.register('export', 'keeping violations', () => this.violationKeeper.stop());
    this.shutdown.register('export', 'exporting violations', () => this.otlpExport.stop());
    this.shutdown.register('export', 'telling receivers', () => this.notify.stop());
  }

  /** Limits the wait for the database: the log keeps what is not stored yet, and the stored position says where to resume. */
  private hurryDatabase(): void {
    const message = 'the database does not answer: stopping without it; what it does not have yet is stored from the log at the next start';
    this.store.stopping(STORE_TIMEOUT_MS, () => this.logger.warn({ waited_ms: STORE_TIMEOUT_MS }, message));
  }

  private lookAfterSignatureKey(): void {
    const key = signatureKey(this.configuration);
    const { file } = key;
    if (file === undefined) return;
    this.health.register('signature_key', () => {
      if (lookAfterKey(key) === 'restored') this.logger.warn({ file }, `${file} was deleted while BeTrace was running; written again`);
    });
  }

  /** With Kafka other processes may exist, which would have other rules and half of the violations. */
  private warnOfOwnDatabase(): void {
    const { kafka, storage } = this.configuration;
    if (kafka.brokers.length === 0 || storage.databaseUrl !== undefined) return;
    const where = storage.path === undefined ? 'in the memory of this process' : `in ${storage.path}`;
    const warning = `rules and violations are kept ${where}, where no other process finds them; to keep them in PostgreSQL, and for a second API: DATABASE_URL`;
    this.logger.warn(warning);
  }
}

const DAMAGES: ReadonlySet<string> = new Set(['BT_STORE_CORRUPT', 'BT_STORE_FILE_LOST', 'BT_STORE_TABLE_EMPTIED']);

/**
 * The log keeps what the store does not accept, so a process that receives spans stays in service; one that only serves the API does not. Damage needs an
 * operator, and takes every process out of service.
 */
function degrade(error: unknown): never {
  if (error instanceof Degraded) throw error;
  const damaged = error instanceof StoreError && DAMAGES.has(error.code);
  throw damaged ? error : new Degraded(error instanceof Error ? error.message : String(error), { cause: error });
}
