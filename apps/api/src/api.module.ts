import { Inject, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Registry } from 'prom-client';
import { Log } from '#messaging';
import { DOCUMENTATION_PATHS } from '#openapi';
import {
  CLOCK,
  type Clock,
  CONFIGURATION,
  type Configuration,
  exposeFilesLost,
  exposeLag,
  LOGGER,
  type Logger,
  registerMetrics,
  Shutdown,
} from '#platform';
import { TOPICS } from '#records';
import type { KeyRing } from '#signing';
import { Store } from '#store';
import { AttributesController } from './attributes/attributes.controller.js';
import { SampleAttributes } from './attributes/sample-attributes.js';
import { SensitiveAttributes } from './attributes/sensitive-attributes.js';
import { BackgroundWork } from './background-work.js';
import { ClosedTraceKeeper } from './compliance/closed-trace-keeper.js';
import { ComplianceController } from './compliance/compliance.controller.js';
import { ComplianceReporter } from './compliance/compliance-reporter.js';
import { EvidenceController } from './compliance/evidence/evidence.controller.js';
import { consoleSignIn } from './console/console-sign-in.js';
import { CONSOLE_PATHS, serveConsole } from './console/serve-console.js';
import { GroupDifferencesController } from './differences/group-differences.controller.js';
import { GroupDifferences } from './differences/group-differences.js';
import { OtlpExport } from './export/otlp-export.js';
import { ExpressionChecker } from './expressions/expression-checker.js';
import { EXPRESSION_THREAD_ENTRY, ExpressionThreads } from './expressions/expression-threads.js';
import { Regrouper } from './groups/regrouper.js';
import { ViolationGroupsController } from './groups/violation-groups.controller.js';
import { ViolationKeeper } from './keep/violation-keeper.js';
import { ViolationLogger } from './keep/violation-logger.js';
import { MarksController } from './marks/marks.controller.js';
import { MutesController } from './marks/mutes.controller.js';
import { McpController } from './mcp/mcp.controller.js';
import { API_METRICS } from './metrics.js';
import { NewerSchemaWarning } from './newer-schema-warning.js';
import { Notifier } from './notify/notifier.js';
import { documentApi } from './openapi/openapi-document.js';
import { PREVIEW_THREAD_ENTRY, PreviewJobs } from './preview/preview-jobs.js';
import { previewSettings } from './preview/preview-settings.js';
import { PreviewsController } from './preview/previews.controller.js';
import { EvaluationProgress } from './progress/evaluation-progress.js';
import { ProgressController } from './progress/progress.controller.js';
import { ExpressionsController } from './rules/expressions/expressions.controller.js';
import { RuleHealth } from './rules/health/rule-health.js';
import { RuleStatusFollower } from './rules/health/rule-status-follower.js';
import { ImportRules } from './rules/import/import-rules.js';
import { LostRuleSetsController } from './rules/publish/lost-rule-sets.controller.js';
import { RuleAnnouncer } from './rules/publish/rule-announcer.js';
import { RulePublisher } from './rules/publish/rule-publisher.js';
import { RulesController } from './rules/rules.controller.js';
import { AnswerRule } from './rules/save/answer-rule.js';
import { SaveRule } from './rules/save/save-rule.js';
import { RuleVersionsController } from './rules/versions/rule-versions.controller.js';
import { SettleController } from './settle/settle.controller.js';
import { Settle } from './settle/settle.js';
import { ViolationStreamController } from './stream/violation-stream.controller.js';
import { ViolationStream } from './stream/violation-stream.js';
import { ExplainViolation } from './violations/explain-violation.js';
import { OpenExports } from './violations/export/open-exports.js';
import { ViolationExportController } from './violations/export/violation-export.controller.js';
import { Searches } from './violations/filter/searches.js';
import { KEY_RING, KeysController } from './violations/keys/keys.controller.js';
import { openKeys } from './violations/keys/open-keys.js';
import { VerifyViolation } from './violations/keys/verify-violation.js';
import { ViolationStatsController } from './violations/stats/violation-stats.controller.js';
import { RecentTracesController } from './violations/trace/recent-traces.controller.js';
import { RecentTraces } from './violations/trace/recent-traces.js';
import { TraceFinder } from './violations/trace/trace-finder.js';
import { TraceReader } from './violations/trace/trace-reader.js';
import { TracesController } from './violations/trace/traces.controller.js';
import { ViolationPruner } from './violations/violation-pruner.js';
import { ViolationsController } from './violations/violations.controller.js';

/** Maximum of expressions that wait for a thread, by purpose: to be saved, or to be tried. */
const SAVES_WAITING = 100;
const TRIALS_WAITING = 8;

/** Maximum of concurrent reads of every violation: SQLite has two reading threads, each of which reads blocks of some milliseconds. */
const SEARCHES = { sqlite: 2, postgres: 4 };
const COUNTS = 4;
const SEARCHES_WAITING = 64;

/** The REST API, and the readers of the violations log. Needs PlatformModule, MessagingModule and StoreModule, which are global. */
@Module({
  controllers: [
    AttributesController,
    ComplianceController,
    EvidenceController,
    ExpressionsController,
    GroupDifferencesController,
    LostRuleSetsController,
    RulesController,
    RuleVersionsController,
    SettleController,
    RecentTracesController,
    TracesController,
    MarksController,
    McpController,
    MutesController,
    PreviewsController,
    ProgressController,
    ViolationExportController,
    ViolationGroupsController,
    ViolationStatsController,
    ViolationStreamController,
    ViolationsController,
    KeysController,
  ],
  providers: [
    {
      provide: ExpressionChecker,
      inject: [CONFIGURATION, Shutdown, { token: EXPRESSION_THREAD_ENTRY, optional: true }],
      useFactory: ({ rules }: Configuration, shutdown: Shutdown, entry?: URL) => {
        const { maxExpressionLength: maxLength, evaluationTimeout, checkTimeout: deadline } = rules;
        const settings = { maxLength, evaluationTimeout, deadline, ...(entry === undefined ? {} : { entry }) };
        const saving = new ExpressionThreads({ ...settings, threads: 1, queue: SAVES_WAITING });
        const trying = new ExpressionThreads({ ...settings, threads: 2, queue: TRIALS_WAITING });
        for (const threads of [saving, trying]) shutdown.register('evaluate', 'checking expressions', () => threads.stop());
        return new ExpressionChecker(maxLength, saving, trying);
      },
    },
    { provide: OpenExports, useFactory: () => new OpenExports() },
    {
      provide: Searches,
      inject: [CONFIGURATION, Shutdown],
      useFactory: ({ storage }: Configuration, shutdown: Shutdown) => {
        const running = storage.databaseUrl === undefined ? SEARCHES.sqlite : SEARCHES.postgres;
        const searches = new Searches({
          search: { running, waiting: SEARCHES_WAITING },
          count: { running: COUNTS, waiting: SEARCHES_WAITING },
        });
        shutdown.register('receive', 'searches', () => searches.stop());
        return searches;
      },
    },
    {
      provide: PreviewJobs,
      inject: [Log, CONFIGURATION, CLOCK, LOGGER, Shutdown, { token: PREVIEW_THREAD_ENTRY, optional: true }],
      useFactory: (log: Log, configuration: Configuration, clock: Clock, logger: Logger, shutdown: Shutdown, entry?: URL) => {
        const { rules } = configuration;
        const jobs = new PreviewJobs({
          settings: () => previewSettings(log, configuration),
          concurrency: rules.previewConcurrency,
          timeout: rules.previewTimeout,
          now: () => clock.now(),
          defect: (error) => logger.error({ err: error }, 'a preview failed because of a defect'),
          entry,
        });
        shutdown.register('receive', 'previews', () => jobs.stop());
        return jobs;
      },
    },
    {
      provide: SaveRule,
      inject: [Store, ExpressionChecker, CONFIGURATION, CLOCK],
      useFactory: (store: Store, check: ExpressionChecker, { rules }: Configuration, clock: Clock) =>
        new SaveRule(store, check, rules.maxRules, () => clock.now()),
    },
    {
      provide: ImportRules,
      inject: [Store, ExpressionChecker, CONFIGURATION, CLOCK],
      useFactory: (store: Store, check: ExpressionChecker, { rules }: Configuration, clock: Clock) =>
        new ImportRules(store, check, rules.maxRules, () => clock.now()),
    },
    {
      provide: RulePublisher,
      inject: [Store, Log, LOGGER],
      useFactory: (store: Store, log: Log, logger: Logger) => new RulePublisher(store, log, (sentence) => logger.error(sentence)),
    },
    {
      provide: RuleAnnouncer,
      inject: [RulePublisher, LOGGER],
      useFactory: (publisher: RulePublisher, logger: Logger) => new RuleAnnouncer(publisher, logger),
    },
    {
      provide: AnswerRule,
      inject: [RuleAnnouncer, ExpressionChecker],
      useFactory: (announce: RuleAnnouncer, check: ExpressionChecker) => new AnswerRule(announce, check),
    },
    {
      provide: NewerSchemaWarning,
      inject: [Store, LOGGER],
      useFactory: (store: Store, logger: Logger) => new NewerSchemaWarning(store, logger),
    },
    {
      provide: ViolationPruner,
      inject: [Store, CONFIGURATION, CLOCK, LOGGER],
      useFactory: (store: Store, { storage }: Configuration, clock: Clock, logger: Logger) =>
        new ViolationPruner(store, storage.violationRetention, () => clock.now(), logger),
    },
    {
      provide: Regrouper,
      inject: [Store, LOGGER],
      useFactory: (store: Store, logger: Logger) => new Regrouper(store, logger),
    },
    {
      provide: ClosedTraceKeeper,
      inject: [Store, LOGGER],
      useFactory: (store: Store, logger: Logger) => new ClosedTraceKeeper(store, logger),
    },
    {
      provide: RuleStatusFollower,
      inject: [Log, LOGGER, ClosedTraceKeeper],
      useFactory: (log: Log, logger: Logger, closed: ClosedTraceKeeper) =>
        new RuleStatusFollower(log, logger, (record) => closed.take(record)),
    },
    {
      provide: ComplianceReporter,
      inject: [Store, ClosedTraceKeeper, CLOCK],
      useFactory: (store: Store, closed: ClosedTraceKeeper, clock: Clock) => new ComplianceReporter(store, closed, () => clock.now()),
    },
    { provide: ViolationStream, inject: [Store, LOGGER], useFactory: (store: Store, logger: Logger) => new ViolationStream(store, logger) },
    {
      provide: RuleHealth,
      inject: [Store, RuleStatusFollower, CLOCK],
      useFactory: (store: Store, status: RuleStatusFollower, clock: Clock) => new RuleHealth(store, status, () => clock.now()),
    },
    {
      provide: SampleAttributes,
      inject: [Log, CONFIGURATION, CLOCK],
      useFactory: (log: Log, { attributes }: Configuration, clock: Clock) =>
        new SampleAttributes(log, new SensitiveAttributes(attributes.sensitive), () => clock.monotonic()),
    },
    {
      provide: EvaluationProgress,
      inject: [Log, CLOCK],
      useFactory: (log: Log, clock: Clock) => new EvaluationProgress(log, () => clock.monotonic()),
    },
    {
      provide: GroupDifferences,
      inject: [Store, Log, CONFIGURATION],
      useFactory: (store: Store, log: Log, { attributes }: Configuration) =>
        new GroupDifferences(store, log, new SensitiveAttributes(attributes.sensitive)),
    },
    {
      provide: TraceReader,
      inject: [Log, LOGGER, CONFIGURATION],
      useFactory: (log: Log, logger: Logger, { traces }: Configuration) => new TraceReader(log, logger, traces),
    },
    {
      provide: RecentTraces,
      inject: [Log, CONFIGURATION, CLOCK],
      useFactory: (log: Log, { traces }: Configuration, clock: Clock) => new RecentTraces(log, traces, clock),
    },
    {
      provide: TraceFinder,
      inject: [Store, TraceReader, RecentTraces],
      useFactory: (store: Store, trace: TraceReader, recent: RecentTraces) => new TraceFinder(store, trace, recent),
    },
    {
      provide: ExplainViolation,
      inject: [Store, TraceReader, ExpressionChecker, CONFIGURATION],
      useFactory: (store: Store, trace: TraceReader, check: ExpressionChecker, { traces }: Configuration) =>
        new ExplainViolation(store, trace, check, traces.tolerance),
    },
    {
      provide: KEY_RING,
      inject: [Store, CONFIGURATION, CLOCK],
      useFactory: (store: Store, configuration: Configuration, clock: Clock) => openKeys(store, configuration, () => clock.now()),
    },
    { provide: VerifyViolation, inject: [KEY_RING], useFactory: (ring: KeyRing) => new VerifyViolation(ring) },
    {
      provide: ViolationKeeper,
      inject: [Log, Store, Registry, LOGGER, CONFIGURATION, CLOCK],
      useFactory: (log: Log, store: Store, registry: Registry, logger: Logger, { logging }: Configuration, clock: Clock) => {
        const metrics = registerMetrics(API_METRICS, registry);
        const tell = new ViolationLogger(logger, logging.violationsPerSecond, clock);
        const keeping = new ViolationKeeper(log, store, metrics, logger, tell);
        exposeFilesLost(registry, 'store', () => store.filesLost());
        exposeLag({ registry, log, gauge: metrics.keepLag, topic: TOPICS.violations, lag: keeping.lag });
        return keeping;
      },
    },
    {
      provide: Settle,
      inject: [Log, Store, CLOCK, ViolationKeeper],
      useFactory: (log: Log, store: Store, clock: Clock, keeper: ViolationKeeper) =>
        new Settle(
          log,
          store,
          () => clock.monotonic(),
          () => keeper.hurry(),
        ),
    },
    OtlpExport,
    Notifier,
    BackgroundWork,
  ],
})
export class ApiModule {
  /** Paths that need no API key. */
  static readonly publicPaths = [...DOCUMENTATION_PATHS, ...CONSOLE_PATHS];
  /** Passed to `runApp`: the pages that read their own address. */
  static readonly pagePaths = CONSOLE_PATHS;

  constructor(@Inject(CONFIGURATION) private readonly configuration: Configuration) {}

  /** Serves the documentation of all routes and the console. Call it before the application listens. */
  static async prepare(app: NestFastifyApplication): Promise<void> {
    const {
      authentication,
      console: { traceLink: url, traceLinkName: name },
    } = app.get(ApiModule).configuration;
    const clock = app.get<Clock>(CLOCK);
    const signIn = consoleSignIn(authentication, () => clock.monotonic());
    await serveConsole(app.getHttpAdapter().getInstance(), undefined, signIn, url === undefined ? undefined : { name, url });
    documentApi(app, authentication.apiKeyHeader);
  }
}
