import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { Behind, Degraded, HealthRecorder } from './health-recorder.js';
import { exposeReadiness } from './readiness-metric.js';

describe('the metric of readiness', () => {
  it('reports each check at the scrape', async () => {
    const [registry, recorder] = [new Registry(), new HealthRecorder()];
    exposeReadiness(registry, recorder);
    let trouble: Error | undefined;
    recorder.register('storage', () => {
      if (trouble !== undefined) throw trouble;
    });
    recorder.register('otlp_exporter', () => 'off');
    const grade = async () => /betrace_readiness_grade\{check="storage"\} (\d)/.exec(await registry.metrics())?.[1];
    expect(await grade()).toBe('0');
    trouble = new Degraded('the database is unavailable');
    expect(await grade()).toBe('1');
    trouble = new Error('the disk is full');
    expect(await grade()).toBe('2');
    trouble = undefined;
    expect(await grade()).toBe('0');
    expect(await registry.metrics()).toContain('betrace_readiness_grade{check="otlp_exporter"} 0');
  });

  it('reports waiting work, although the process stays in service', async () => {
    const [registry, recorder] = [new Registry(), new HealthRecorder()];
    exposeReadiness(registry, recorder);
    recorder.register('otlp_exporter', () => {
      throw new Behind('configuration: 401');
    });
    recorder.register('storage', () => undefined);
    expect(await registry.metrics()).toContain('betrace_readiness_grade{check="otlp_exporter"} 1');
    expect(await recorder.readiness()).toEqual({ status: 'degraded', checks: { otlp_exporter: 'configuration: 401', storage: 'ok' } });
  });

  it('reports a slow check in the first scrape too', async () => {
    const [registry, recorder] = [new Registry(), new HealthRecorder()];
    exposeReadiness(registry, recorder, 10);
    recorder.register('storage', () => new Promise<void>((resolve) => void setTimeout(resolve, 700)));
    expect(await registry.metrics()).toContain('betrace_readiness_grade{check="storage"} 0');
  });

  it('does not delay a scrape for a hanging check, and reports it by the next', async () => {
    const [registry, recorder] = [new Registry(), new HealthRecorder()];
    exposeReadiness(registry, recorder, 10, 10);
    recorder.register('storage', () => new Promise<void>(() => {}), 100);
    expect(await registry.metrics()).not.toContain('betrace_readiness_grade{');
    await new Promise((resolve) => setTimeout(resolve, 200));
    await registry.metrics();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await registry.metrics()).toContain('betrace_readiness_grade{check="storage"} 2');
  });
});
