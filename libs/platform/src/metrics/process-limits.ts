import { availableParallelism, totalmem } from 'node:os';
import type { Registry } from 'prom-client';
import { type MetricDeclarations, readAtScrape, registerMetrics } from './declaration.js';

/** The limits to which `process_cpu_seconds_total` and `process_resident_memory_bytes` compare. */
export const PROCESS_METRICS = {
  cores: {
    type: 'gauge',
    name: 'betrace_process_cpu_limit_cores',
    help: "Cores that the process may use: the machine's, or what its container allows.",
  },
  memory: {
    type: 'gauge',
    name: 'betrace_process_memory_limit_bytes',
    help: "Memory that the process may use: the machine's, or what its container allows.",
  },
} as const satisfies MetricDeclarations;

/** Makes the gauges report the limits at each scrape: a container can be resized while it runs. */
export function exposeProcessLimits(registry: Registry): void {
  const { cores, memory } = registerMetrics(PROCESS_METRICS, registry);
  readAtScrape(cores, availableParallelism);
  readAtScrape(memory, () => memoryLimitBytes(process.constrainedMemory(), totalmem()));
}

/** `constrained` is 0, or larger than any memory, if nothing limits the process. */
export function memoryLimitBytes(constrained: number, machine: number): number {
  return constrained > 0 ? Math.min(constrained, machine) : machine;
}
