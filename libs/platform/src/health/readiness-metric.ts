import type { Registry } from 'prom-client';
import { waitAtMost } from '#waiting';
import { type MetricDeclarations, readAtScrape, registerMetrics } from '../metrics/declaration.js';
import { GRADES, type HealthRecorder, type Readiness } from './health-recorder.js';

/** The readiness of `GET /ready`, as metrics. */
export const HEALTH_METRICS = {
  readiness: {
    type: 'gauge',
    name: 'betrace_readiness_grade',
    help: 'Result of each `check` of `GET /ready`: 0 it works; 1 degraded, requests are accepted and their data is kept, and this part of the work waits; 2 it does not work.',
    labels: ['check'],
  },
} as const satisfies MetricDeclarations;

/** How long a scrape waits for the checks (ms); the next scrape reports a hanging check. */
const TIMEOUT_MS = 500;
/** The first scrape has no former results, so it waits longer than a check may take. */
const FIRST_TIMEOUT_MS = 3_000;

/** Updates the gauges at each scrape with the results of the checks, or with their last results. */
export function exposeReadiness(
  registry: Registry,
  recorder: HealthRecorder,
  timeoutMs = TIMEOUT_MS,
  firstTimeoutMs = FIRST_TIMEOUT_MS,
): void {
  const { readiness } = registerMetrics(HEALTH_METRICS, registry);
  let statuses: ReadonlyMap<string, Readiness['status']> = new Map();
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    statuses = await recorder.grades();
    asking = undefined;
  };
  readAtScrape(readiness, async () => {
    asking ??= ask();
    await waitAtMost(asking, statuses.size === 0 ? firstTimeoutMs : timeoutMs);
    for (const [check, grade] of statuses) readiness.set({ check }, GRADES.indexOf(grade));
  });
}
