import { type DynamicModule, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { AccountingController } from './accounting/accounting.controller.js';
import { Accounts } from './accounting/accounts.js';
import { ApiKeys } from './authentication/api-keys.js';
import { Authentication } from './authentication/authentication.js';
import { CLOCK, systemClock } from './clock.js';
import { CONFIGURATION, type Configuration } from './configuration/settings/configuration.js';
import { FullPartitions } from './full-partitions.js';
import { HealthController } from './health/health.controller.js';
import { HealthRecorder } from './health/health-recorder.js';
import { exposeReadiness } from './health/readiness-metric.js';
import { KnownPaths } from './http/known-paths.js';
import { InFlight } from './http/protection/in-flight.js';
import { RootController } from './http/root.controller.js';
import { LOGGER, type Logger } from './logging/logger.js';
import { metricsModule } from './metrics/metrics.module.js';
import { ProblemReports } from './problem-details/problem-reports.js';
import { ProfileController } from './profiles/profile.controller.js';
import { Shutdown } from './shutdown.js';
import { ServerCertificate } from './tls/server-certificate.js';
import { Tracing } from './tracing/tracing.js';

/** Parts that exist before the application. */
export interface PlatformParts {
  readonly certificate: ServerCertificate;
  readonly registry: Registry;
  readonly tracing: Tracing;
}

/**
 * The parts of every app, injectable everywhere: CONFIGURATION, LOGGER, CLOCK, Registry (metrics), HealthRecorder, Accounts, Shutdown, Authentication,
 * ServerCertificate, InFlight, FullPartitions, KnownPaths, ProblemReports, Tracing. Also the routes /, /health, /ready, /metrics, /v1/accounting, /debug/pprof.
 * Each application has its own registry, so that tests can run several.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: Nest's form of a module with settings
export class PlatformModule {
  static forRoot(configuration: Configuration, logger: Logger, { certificate, registry, tracing }: PlatformParts): DynamicModule {
    const health = new HealthRecorder();
    exposeReadiness(registry, health);
    certificate.expose(registry);
    const tokens = [
      { provide: CONFIGURATION, useValue: configuration },
      { provide: LOGGER, useValue: logger },
      { provide: CLOCK, useValue: systemClock },
      { provide: Registry, useValue: registry },
    ];
    const providers = [
      ...tokens,
      { provide: HealthRecorder, useValue: health },
      Accounts,
      Shutdown,
      { provide: ServerCertificate, useValue: certificate },
      ApiKeys,
      Authentication,
      InFlight,
      FullPartitions,
      KnownPaths,
      ProblemReports,
      { provide: Tracing, useValue: tracing },
    ];
    return {
      module: PlatformModule,
      global: true,
      imports: [metricsModule(registry)],
      controllers: [RootController, HealthController, AccountingController, ProfileController],
      providers,
      exports: providers,
    };
  }
}
