import type { Registry } from 'prom-client';
import { type MetricDeclarations, readAtScrape, registerMetrics } from './declaration.js';

/** Metrics of the files that a process has open. */
export const STORAGE_METRICS = {
  filesLost: {
    type: 'gauge',
    name: 'betrace_storage_files_lost',
    help: 'Databases that were deleted, replaced or truncated while the process has them open, by `storage` (`log`, `store`): it acknowledges nothing more. `log` counts a lost lock too.',
    labels: ['storage'],
  },
} as const satisfies MetricDeclarations;

const exposed = new WeakMap<Registry, Map<string, () => number>>();

/** Makes the gauge report at each scrape how many files of a storage are lost. */
export function exposeFilesLost(registry: Registry, storage: 'log' | 'store', lost: () => number): void {
  const existing = exposed.get(registry);
  if (existing !== undefined) {
    existing.set(storage, lost);
    return;
  }
  const all = new Map([[storage as string, lost]]);
  exposed.set(registry, all);
  const { filesLost } = registerMetrics(STORAGE_METRICS, registry);
  readAtScrape(filesLost, async () => {
    for (const [name, count] of all) filesLost.set({ storage: name }, count());
  });
}
