import type { Logger, Metrics } from '#platform';
import type { API_METRICS } from '../../metrics.js';

/** The endpoint accepted a request, but rejected this many spans (0: only a warning). */
export type PartialSuccessListener = (rejectedSpans: number, errorMessage: string) => void;

/** Counts and logs partial successes. OTLP states how many spans were rejected and why, but not which, and forbids to send them again. */
export function partialSuccessListener(
  metrics: Pick<Metrics<typeof API_METRICS>, 'exportRejected'>,
  logger: Logger,
): PartialSuccessListener {
  metrics.exportRejected.inc({ reason: 'partial_success' }, 0);
  return (rejected, errorMessage) => {
    metrics.exportRejected.inc({ reason: 'partial_success' }, rejected);
    const reason = errorMessage === '' ? 'did not say why' : `says: ${errorMessage}`;
    if (rejected === 0) logger.warn(`the OTLP endpoint accepted all violations, and ${reason}`);
    else logger.error({ rejected }, `the OTLP endpoint refused ${rejected} violations permanently, and ${reason}`);
  };
}
