import { EmbeddedLog } from './embedded/embedded-log.js';
import type { Log } from './log.js';
import { type LogReport, silent } from './log-report.js';
import type { LogSettings } from './settings.js';

/**
 * Opens the log; works in any thread (give a worker `log.forThreads()`). Rejects a LogError that names the place and the
 * setting to change when the log can't be had. `report` hears what no caller asked for: reconnections, rebalances.
 */
export async function openLog(settings: LogSettings, report: LogReport = silent): Promise<Log> {
  if (settings.kind === 'embedded') return EmbeddedLog.open(settings);
  // A process without Kafka does not load its client.
  const { KafkaLog } = await import('./kafka/kafka-log.js');
  return KafkaLog.open(settings, report);
}
