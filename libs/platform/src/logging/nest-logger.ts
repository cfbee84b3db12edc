import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.js';

/** Contexts of Nest's own lines about the start, which the caller reports itself. They are logged at debug level. */
const START_CONTEXTS = new Set([
  'InstanceLoader',
  'RouterExplorer',
  'RoutesResolver',
  'NestFactory',
  'NestApplication',
  'ExceptionHandler',
]);

const isStart = (parameters: readonly unknown[]): boolean => START_CONTEXTS.has(String(parameters.at(-1)));

/** Sends Nest's log lines to pino; the last parameter is Nest's context. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...parameters: unknown[]): void {
    this.write(isStart(parameters) ? 'debug' : 'info', message, parameters);
  }
  error(message: unknown, ...parameters: unknown[]): void {
    this.write(isStart(parameters) ? 'debug' : 'error', message, parameters);
  }
  warn(message: unknown, ...parameters: unknown[]): void {
    this.write('warn', message, parameters);
  }
  debug(message: unknown, ...parameters: unknown[]): void {
    this.write('debug', message, parameters);
  }
  verbose(message: unknown, ...parameters: unknown[]): void {
    this.write('trace', message, parameters);
  }
  fatal(message: unknown, ...parameters: unknown[]): void {
    this.write('fatal', message, parameters);
  }

  private write(level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal', message: unknown, parameters: unknown[]): void {
    const context = parameters.length > 0 ? { context: String(parameters.at(-1)) } : {};
    const stack = parameters.length > 1 && typeof parameters[0] === 'string' ? { stack: parameters[0] } : {};
    if (message instanceof Error) this.logger[level]({ ...context, err: message }, message.message);
    else this.logger[level]({ ...context, ...stack }, String(message));
  }
}
