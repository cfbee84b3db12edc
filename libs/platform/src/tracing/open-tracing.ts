import type { Registry } from 'prom-client';
import type { Configuration } from '../configuration/settings/configuration.js';
import { exportUrl, shownAddress } from '../export-endpoint.js';
import type { Logger } from '../logging/logger.js';
import { registerMetrics } from '../metrics/declaration.js';
import type { LostSpans } from './export-answer.js';
import { TRACING_METRICS } from './metrics.js';
import { Tracing } from './tracing.js';

/** Milliseconds between two warnings about lost spans. */
const WARNING_INTERVAL_MS = 60_000;

/** Tracing as configured. When it is off, nothing of OpenTelemetry is loaded. */
export async function openTracing(name: string, { tracing }: Configuration, registry: Registry, logger: Logger): Promise<Tracing> {
  const { endpoint, protocol, headers, sampleRatio } = tracing;
  if (endpoint === undefined) return new Tracing();
  const [{ SpanRecorder }, { SpanSender }] = await Promise.all([import('./span-recorder.js'), import('./span-sender.js')]);
  const metrics = registerMetrics(TRACING_METRICS, registry);
  const address = shownAddress(exportUrl(endpoint, protocol));
  let warned = Number.NEGATIVE_INFINITY;
  const sent = (spans: number, lost: LostSpans | undefined): void => {
    metrics.spans.inc({ outcome: 'sent' }, spans - (lost?.spans ?? 0));
    metrics.spans.inc({ outcome: 'lost' }, lost?.spans ?? 0);
    const now = performance.now();
    if (lost === undefined || now - warned < WARNING_INTERVAL_MS) return;
    warned = now;
    logger.warn({ answer: lost.reason }, `spans about BeTrace itself are lost: ${address} does not accept them`);
  };
  for (const outcome of ['sent', 'lost']) metrics.spans.inc({ outcome }, 0);
  const exporter = new SpanSender({ endpoint, protocol, headers, sent });
  logger.info({ endpoint: address, protocol, sample_ratio: sampleRatio }, `spans about BeTrace itself go to ${address} (${protocol})`);
  return new Tracing(new SpanRecorder({ exporter, sampleRatio, service: `betrace-${name}` }));
}
