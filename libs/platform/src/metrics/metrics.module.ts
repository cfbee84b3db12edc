import type { DynamicModule } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { MetricsController } from './metrics.controller.js';
import { exposeProcessLimits } from './process-limits.js';

/**
 * GET /metrics and the process's default metrics, in one application's registry. The library is CommonJS and requires Nest, which is ESM. It is imported here,
 * after Nest, because jest refuses to require a module that is still being linked.
 */
export async function metricsModule(registry: Registry): Promise<DynamicModule> {
  const { PrometheusModule } = await import('@willsoto/nestjs-prometheus');
  exposeProcessLimits(registry);
  return PrometheusModule.register({
    path: '/metrics',
    controller: MetricsController,
    defaultMetrics: { enabled: true, config: { register: registry } },
  });
}
