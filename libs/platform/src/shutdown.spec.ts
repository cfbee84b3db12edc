import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { loadConfiguration } from './configuration/load-configuration.js';
import { HealthRecorder } from './health/health-recorder.js';
import { createLogger } from './logging/logger.js';
import { startApp } from './run-app.js';
import { Shutdown } from './shutdown.js';

const events: string[] = [];
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let entered: () => void = () => undefined;

@Controller()
class SlowController {
  @Get('slow') async slow() {
    entered();
    await pause(100);
    events.push('answered');
    return {};
  }
}
@Injectable()
class LogCloser implements OnApplicationShutdown {
  onApplicationShutdown() {
    events.push('log closed');
  }
}
@Module({ controllers: [SlowController], providers: [LogCloser] })
class SlowModule {}

describe('an orderly stop', () => {
  it('goes from the receivers through the last answers and the stages to the log, and survives a hanging part', async () => {
    const environment = { BETRACE_HTTP_PORT: '0', BETRACE_HOST: '127.0.0.1', BETRACE_SHUTDOWN_TIMEOUT: '6s' };
    const { configuration } = loadConfiguration({ environment, directory: '/nowhere' });
    const lines: string[] = [];
    const logger = createLogger(configuration.logging, { write: (line) => void lines.push(line) });
    const { app, url } = await startApp({ name: 'test', module: () => SlowModule }, configuration, logger);
    const shutdown = app.get(Shutdown);
    shutdown.register('export', 'exporter', () => new Promise<void>(() => undefined));
    shutdown.register('evaluate', 'evaluator', () => void events.push('evaluator stopped'));
    shutdown.register('receive', 'receiver', () => void events.push('receiver stopped'));

    const inHandler = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const answer = fetch(`${url}/slow`);
    await inHandler;
    await app.close();
    expect((await answer).status).toBe(200);
    expect(events).toEqual(['receiver stopped', 'answered', 'evaluator stopped', 'log closed']);
    expect(lines.join('')).toContain('"part":"exporter"');
    expect((await app.get(HealthRecorder).readiness()).status).toBe('not_ready');
  });
});
