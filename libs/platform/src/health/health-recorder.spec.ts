import { describe, expect, it } from '@jest/globals';
import { Behind, Degraded, HealthRecorder } from './health-recorder.js';

describe('HealthRecorder', () => {
  it('is ready when every check resolves, and shows the state of parts that are off', async () => {
    const recorder = new HealthRecorder();
    recorder.register('storage', async () => {});
    recorder.register('otlp_exporter', () => 'off');
    expect(await recorder.readiness()).toEqual({ status: 'ready', checks: { storage: 'ok', otlp_exporter: 'off' } });
  });

  it('is not ready when one fails, and says why', async () => {
    const recorder = new HealthRecorder();
    recorder.register('storage', async () => {
      throw new Error('the disk is full');
    });
    recorder.register('rule_engine', () => {});
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { storage: 'the disk is full', rule_engine: 'ok' } });
  });

  it('stays in service when a part behind the receivers is degraded, and says so', async () => {
    const recorder = new HealthRecorder();
    recorder.receives();
    recorder.register('storage', () => {});
    recorder.register('rule_engine', () => {
      throw new Degraded('partition 3 is not evaluated');
    });
    const checks = { storage: 'ok', rule_engine: 'partition 3 is not evaluated' };
    expect(await recorder.readiness()).toEqual({ status: 'degraded', checks });
    recorder.register('storage', () => {
      throw new Error('the disk is full');
    });
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { ...checks, storage: 'the disk is full' } });
  });

  it('is not ready when a part is degraded and the process receives nothing', async () => {
    const recorder = new HealthRecorder();
    recorder.register('rule_engine', () => {
      throw new Degraded('partition 3 is not evaluated');
    });
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { rule_engine: 'partition 3 is not evaluated' } });
  });

  it('stays in service, and says so, when a part lags and requests are still answered; not when another part fails', async () => {
    const recorder = new HealthRecorder();
    recorder.register('storage', () => {});
    recorder.register('storage', () => {
      throw new Behind('violations are not kept: no broker');
    });
    expect(await recorder.readiness()).toEqual({ status: 'degraded', checks: { storage: 'violations are not kept: no broker' } });
    expect(await recorder.grades()).toEqual(new Map([['storage', 'degraded']]));
    recorder.register('rules', () => {
      throw new Degraded('the database is unavailable');
    });
    expect(await recorder.readiness()).toMatchObject({ status: 'not_ready' });
  });

  it('requires all checks of one name', async () => {
    const recorder = new HealthRecorder();
    recorder.register('storage', () => {});
    recorder.register('storage', async () => {
      throw new Error('the log is closed');
    });
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { storage: 'the log is closed' } });
  });

  it('shows a reason once that several checks of one name share', async () => {
    const recorder = new HealthRecorder();
    for (const reason of ['the database is unavailable', 'the log is closed', 'the database is unavailable']) {
      recorder.register('storage', () => {
        throw new Error(reason);
      });
    }
    expect(await recorder.readiness()).toMatchObject({ checks: { storage: 'the database is unavailable; the log is closed' } });
  });

  it('counts a check that does not answer as failed', async () => {
    const recorder = new HealthRecorder();
    recorder.register('storage', () => new Promise<void>(() => {}), 5);
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { storage: 'no answer within 5 ms' } });
  });

  it('is not ready while the process stops', async () => {
    const recorder = new HealthRecorder();
    recorder.register('storage', () => {});
    recorder.drain();
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { storage: 'ok', process: 'draining' } });
    recorder.stop();
    expect(await recorder.readiness()).toEqual({ status: 'not_ready', checks: { storage: 'ok', process: 'stopping' } });
  });
});
