import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Log } from '#messaging';
import {
  Behind,
  CONFIGURATION,
  type Configuration,
  exportUrl,
  exposeLag,
  LOGGER,
  type Logger,
  registerMetrics,
  shownAddress,
  Tracing,
  VERSION,
} from '#platform';
import { TOPICS } from '#records';
import { Store } from '#store';
import { API_METRICS } from '../metrics.js';
import type { ViolationExporter } from './violation-exporter.js';

/** The configured export. Without an endpoint it is off, and nothing of OpenTelemetry is loaded. */
@Injectable()
export class OtlpExport {
  private exporting: ViolationExporter | undefined;

  constructor(
    private readonly log: Log,
    private readonly store: Store,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Registry) private readonly registry: Registry,
    private readonly tracing: Tracing,
  ) {}

  async start(): Promise<void> {
    const { otlp, compliance } = this.configuration;
    const { endpoint, protocol, headers, timeout, batchSize } = otlp;
    if (endpoint === undefined) return;
    const [{ resourceFromAttributes }, { ViolationExporter }, { logExporterDiagnostics }, { openExporter }, { partialSuccessListener }] =
      await Promise.all([
        import('@opentelemetry/resources'),
        import('./violation-exporter.js'),
        import('./send/log-exporter-diagnostics.js'),
        import('./send/open-exporter.js'),
        import('./send/partial-success.js'),
      ]);
    const metrics = registerMetrics(API_METRICS, this.registry);
    const partial = partialSuccessListener(metrics, this.logger);
    const exporter = await openExporter({ endpoint, protocol, headers, timeout, partial });
    const resource = resourceFromAttributes({ 'service.name': 'betrace', 'service.version': VERSION });
    const address = shownAddress(exportUrl(endpoint, protocol));
    const settings = { address, batchSize, evidence: compliance.emitEvidence, resource, traces: this.tracing };
    logExporterDiagnostics(this.logger);
    this.exporting = new ViolationExporter(this.log, this.store, exporter, settings, metrics, this.logger);
    exposeLag({ registry: this.registry, log: this.log, gauge: metrics.exportLag, topic: TOPICS.violations, lag: this.exporting.lag });
    await this.exporting.start();
    this.logger.info({ endpoint: address, protocol }, `violations are exported to ${address} (${protocol})`);
  }

  /** For readiness: `off` or `ok`. Throws the reason for waiting, which never takes the process out of service. */
  check(): string {
    const state = this.exporting?.state() ?? 'off';
    if (state !== 'off' && state !== 'ok') throw new Behind(state);
    return state;
  }

  async stop(): Promise<void> {
    await this.exporting?.stop();
  }
}
