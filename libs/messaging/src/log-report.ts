/** The log reports events outside any call here: reconnections, rebalances, deleted records. `fields` are for the log line. */
export type LogReport = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silent: LogReport = () => undefined;

/** A logger with pino's interface. */
type LevelLogger = Readonly<Record<Parameters<LogReport>[0], (fields: object, message: string) => void>>;

/** Writes the log's events to the process's logger; in the form that `MessagingModule` takes. */
export function logReport(_configuration: unknown, logger: LevelLogger): LogReport {
  return (level, message, fields = {}) => logger[level](fields, message);
}
