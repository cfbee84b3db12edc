import { describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { NestLogger } from './nest-logger.js';

const logged = (format: 'json' | 'text', level: 'debug' | 'info', write: (logger: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = [];
  write(createLogger({ format, level }, { write: (line) => void lines.push(line) }));
  return lines.join('');
};

describe('the logger', () => {
  it('writes one JSON object a line, with level, time and message', () => {
    const line = logged('json', 'info', (logger) => logger.warn({ partition: 3 }, 'behind'));
    expect(JSON.parse(line)).toEqual({ level: 'warn', time: expect.stringMatching(/^\d{4}-.*Z$/), partition: 3, msg: 'behind' });
  });

  it('writes readable lines', () => {
    expect(logged('text', 'info', (logger) => logger.info({ port: 1 }, 'listening'))).toMatch(/INFO.*listening.*"port":1/);
  });

  it('omits lines below its level', () => {
    expect(logged('json', 'info', (logger) => logger.debug('detail'))).toBe('');
    expect(logged('json', 'debug', (logger) => logger.debug('detail'))).toContain('detail');
  });

  it('never shows a secret, however deep it is', () => {
    const configuration = { compliance: { signatureKey: 'hunter2' }, kafka: { saslPassword: 'hunter2' } };
    const headers = { authorization: 'hunter2', 'x-api-key': 'hunter2' };
    const line = logged('json', 'info', (logger) => logger.info({ configuration, request: { headers }, apiKey: 'hunter2', headers }, 'x'));
    expect(line).not.toContain('hunter2');
    expect(line).toContain('[redacted]');
  });

  it('logs an outage without its stack, which would fill the log; a defect with it', () => {
    const outage = Object.assign(new Error('no broker', { cause: new Error('ECONNREFUSED') }), {
      code: 'BT_LOG_KAFKA_FAILED',
      retryable: true,
    });
    const line = JSON.parse(logged('json', 'info', (logger) => logger.warn({ err: outage }, 'not read')));
    expect(line.err).toEqual({ type: 'Error', code: 'BT_LOG_KAFKA_FAILED', message: 'no broker' });
    const bug = JSON.parse(logged('json', 'info', (logger) => logger.warn({ err: new Error('undefined is not') }, 'broken')));
    expect(bug.err).toMatchObject({ message: 'undefined is not', stack: expect.stringContaining('logger.spec') });
  });

  it('logs an error by its kind, code, message and causes, whatever is attached', () => {
    const circular: Record<string, unknown> = { socket: { authorization: 'hunter2' } };
    circular['self'] = circular;
    const cause = Object.assign(new Error('Parse Error: Expected HTTP/'), {
      code: 'HPE_INVALID_CONSTANT',
      rawPacket: Buffer.alloc(9),
      circular,
    });
    Object.assign(cause, { cause });
    const throwing = Object.defineProperty(new Error('no cause to tell'), 'cause', {
      get: () => {
        throw new Error('never');
      },
    });
    const error = Object.assign(new AggregateError([cause, throwing], 'not exported', { cause }), { code: 7, request: circular });
    const line = logged('json', 'info', (logger) => logger.warn({ err: error }, 'x'));
    expect(line).not.toContain('hunter2');
    expect(line).not.toContain('circular');
    expect(JSON.parse(line).err).toMatchObject({
      type: 'AggregateError',
      code: 7,
      message: 'not exported',
      cause: { code: 'HPE_INVALID_CONSTANT', message: 'Parse Error: Expected HTTP/' },
      errors: [{ code: 'HPE_INVALID_CONSTANT' }, { message: 'no cause to tell' }],
    });
    for (const odd of ['text', 7, null, Symbol('s'), { message: 'x'.repeat(100_000) }]) {
      expect(logged('json', 'info', (logger) => logger.warn({ err: odd }, 'x')).length).toBeLessThan(10_000);
    }
  });

  it("logs Nest's lines: errors with their stack, module lines only at debug level", () => {
    const line = logged('json', 'info', (logger) => new NestLogger(logger).error('broken', 'at here', 'Router'));
    expect(JSON.parse(line)).toMatchObject({ level: 'error', context: 'Router', stack: 'at here', msg: 'broken' });
    expect(logged('json', 'info', (logger) => new NestLogger(logger).log('mapped', 'RouterExplorer'))).toBe('');
  });
});
