/** Where the log says what no caller asked for: reconnections, rebalances, records that are gone. `fields` are for the log line. */
export type LogReport = (level: 'debug' | 'info' | 'warn' | 'error', message: string, fields?: Readonly<Record<string, unknown>>) => void;

export const silent: LogReport = () => undefined;
