import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from '#platform';
import type { PartialSuccessListener } from './partial-success.js';

/** How the exporter begins when the endpoint has taken a request, but not all of its spans; their number follows as JSON. */
const PARTIAL_SUCCESS = 'Received Partial Success response';

/**
 * Has the OpenTelemetry exporter's own messages logged. One of them is all it makes of a partial success, which counts as one:
 * OTLP says how many spans were refused and why, not which, and forbids to send them again. So they are counted and logged.
 */
export function hearExporter(partial: PartialSuccessListener, logger: Logger): void {
  const warn = (message: string, ...details: readonly unknown[]) => {
    if (!message.includes(PARTIAL_SUCCESS)) {
      logger.warn({ details: details.map(String) }, `OTLP exporter: ${message}`);
      return;
    }
    const { rejectedSpans, errorMessage } = partialSuccess(details);
    partial(rejectedSpans, errorMessage);
  };
  const quiet = () => {};
  const levels = { error: warn, warn, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(levels, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function partialSuccess(details: readonly unknown[]): { readonly rejectedSpans: number; readonly errorMessage: string } {
  try {
    const found = JSON.parse(String(details[0])) as { readonly rejectedSpans?: number | string; readonly errorMessage?: string };
    // OTLP/JSON writes 64-bit integers as text.
    return { rejectedSpans: Number(found.rejectedSpans ?? 0), errorMessage: found.errorMessage ?? '' };
  } catch {
    return { rejectedSpans: 0, errorMessage: details.map(String).join(' ') };
  }
}
