/** Where the log says what no caller asked for: reconnections, rebalances, records that are gone. `fields` are for the log line. */
export type LogReport = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silent: LogReport = () => undefined;

/** A logger as pino's are. */
type LevelLogger = Readonly<Record<Parameters<LogReport>[0], (fields: object, message: string) => void>>;

/** The log's lines among those of the process; in the form in which `MessagingModule` asks for it. */
export function logReport(_configuration: unknown, logger: LevelLogger): LogReport {
  return (level, message, fields = {}) => logger[level](fields, message);
}
