import { createRequire } from 'node:module';
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';
import type { Configuration } from '../configuration/settings/configuration.js';
import { describedError } from './described-error.js';
import { REDACTED_PATHS } from './redacted-paths.js';

/** Loads packages on demand: each module costs about half a millisecond at the start. */
const load = createRequire(import.meta.url);

export type Logger = PinoLogger;

/** Injection token of the Logger. */
export const LOGGER = Symbol('Logger');

/** Writes one object a line (`json`) or readable lines (`text`) to standard output. Writes are synchronous, so that a crash loses no line. */
export function createLogger(settings: Pick<Configuration['logging'], 'level' | 'format'>, destination?: DestinationStream): Logger {
  const options = {
    level: settings.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: describedError },
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
  };
  const output = destination ?? pino.destination({ dest: 1, sync: true });
  if (settings.format === 'json') return pino(options, output);
  const colorize = destination === undefined && process.stdout.isTTY === true;
  const { prettyFactory } = load('pino-pretty') as typeof import('pino-pretty');
  const pretty = prettyFactory({ colorize, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return pino(options, { write: (line) => void output.write(pretty(line)) });
}
