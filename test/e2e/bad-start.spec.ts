import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';

/** A start that must fail prints the reason and the remedy, and exits with 1. */
describe('a start that cannot succeed', () => {
  const failing = async (...args: Parameters<typeof BeTrace.spawn>): Promise<string> => {
    const betrace = await BeTrace.spawn(...args);
    expect(await betrace.exited()).toBe(1);
    expect(betrace.logs()).not.toContain('    at ');
    return betrace.logs();
  };

  it('names the unknown key, and suggests the right one', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'betrace-config-')), 'betrace.yaml');
    writeFileSync(file, 'server:\n  htp_port: 12011\n');
    const logs = await failing({ args: [`--config=${file}`] });
    expect(logs).toContain('server.htp_port');
    expect(logs).toContain('server.http_port');
  });

  it('names the unknown flag', async () => {
    expect(await failing({ args: ['--storage-pth=/tmp'] })).toContain('--storage-path');
  });

  it('names the port in use, and how to choose another', async () => {
    const taken = createServer();
    await new Promise<void>((done) => taken.listen(0, '0.0.0.0', done));
    const { port } = taken.address() as { port: number };
    const logs = await failing({ ports: { http: port, grpc: 0 } });
    expect(logs).toContain(`port ${port} is taken`);
    expect(logs).toContain('--http-port');
    await new Promise((done) => taken.close(done));
  });

  it('names the storage path that cannot be written, and how to set another', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'betrace-file-')), 'not-a-directory');
    writeFileSync(file, '');
    const logs = await failing({ env: { BETRACE_STORAGE_PATH: file, BETRACE_SIGNATURE_KEY: 'k'.repeat(32) } });
    expect(logs).toContain(file);
    expect(logs).toContain('BETRACE_STORAGE_PATH');
  });

  it.each(['ingest', 'evaluator', 'api'] as const)('says that %s alone is of no use without Kafka', async (app) => {
    const logs = await failing({ app, env: { BETRACE_SIGNATURE_KEY: 'k'.repeat(32) } });
    expect(logs).toContain('KAFKA_BROKERS');
    expect(logs).toContain('npm start');
  });

  it('is not ended by SIGUSR2 while the modules of an evaluator are loaded', async () => {
    // The signal comes when the first module after the entry is loaded; it would end a process that does not listen yet.
    const hook = `import { registerHooks } from 'node:module';
      let sent = false;
      registerHooks({ load(url, context, next) {
        if (!sent && url.startsWith('file:') && !/\\/(main|evaluator|reflect-metadata)\\.js$/.test(url)) {
          sent = true;
          process.stderr.write('SIGUSR2 at ' + url + '\\n');
          process.kill(process.pid, 'SIGUSR2');
        }
        return next(url, context);
      } });`;
    const env = { BETRACE_SIGNATURE_KEY: 'k'.repeat(32), NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };
    for (const compiled of [false, true]) {
      const logs = await failing({ app: 'evaluator', env, compiled });
      expect(logs).toContain('SIGUSR2 at file:');
      expect(logs).toContain('KAFKA_BROKERS');
    }
  });

  it('refuses the key of the examples in production', async () => {
    const logs = await failing({ env: { BETRACE_ENVIRONMENT: 'production', BETRACE_SIGNATURE_KEY: 'changeme' } });
    expect(logs).toContain('changeme');
    expect(logs).toContain('openssl rand -base64 32');
  });
});
