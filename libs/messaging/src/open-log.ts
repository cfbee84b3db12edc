import { EmbeddedLog } from './embedded/embedded-log.js';
import type { Log } from './log.js';
import { type LogReport, silent } from './log-report.js';
import type { LogSettings } from './settings.js';

/**
 * Opens the log; works in any thread (give a worker `log.forThreads()`). When the log is unavailable, rejects a LogError that names the place and the setting
 * to change. `report` receives events outside any call: reconnections, rebalances.
 */
export async function openLog(settings: LogSettings, report: LogReport = silent): Promise<Log> {
  if (settings.kind === 'embedded') return EmbeddedLog.open(settings);
  // A process without Kafka does not load its client.
  const { KafkaLog } = await import('./kafka/kafka-log.js');
  return KafkaLog.open(settings, report);
}
