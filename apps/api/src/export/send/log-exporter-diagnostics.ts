import { DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from '#platform';

/** Logs the messages of OpenTelemetry's own code, such as a variable that it cannot read. */
export function logExporterDiagnostics(logger: Logger): void {
  const warn = (message: string, ...details: readonly unknown[]) => {
    logger.warn({ details: details.map(String) }, `OTLP exporter: ${message}`);
  };
  const quiet = () => {};
  const levels = { error: warn, warn, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(levels, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
