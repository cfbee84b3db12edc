import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import { type Log } from '#messaging';
import { Behind, exposeLag, registerMetrics } from '#platform';
import { TOPICS } from '#records';
import { type Store, StoreError } from '#store';
import { ViolationExporter } from '../export/violation-exporter.js';
import { API_METRICS } from '../metrics.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { publish, violation } from '../testing/violation.js';
import { ViolationKeeper } from './violation-keeper.js';

/** What operators see while violations cannot leave the log. */
describe('an outage behind the violations log', () => {
  let log: Log;
  let store: Store;
  let registry: Registry;
  let keeping: ViolationKeeper;
  let exporting: ViolationExporter;
  let down: boolean;

  const start = async (): Promise<void> => {
    registry = new Registry();
    const metrics = registerMetrics(API_METRICS, registry);
    const endpoint: SpanExporter = {
      export: (_spans, answer) =>
        answer(down ? { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') } : { code: ExportResultCode.SUCCESS }),
      shutdown: async () => {},
    };
    // A database that answers only reads, like a replica.
    const readOnly = new Proxy(store, {
      get: (target, name) => {
        const member = target[name as keyof Store] as unknown;
        if (name === 'keep' && down) return () => Promise.reject(new StoreError('BT_STORE_FAILED', { place: 'here', reason: 'read-only' }));
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    keeping = new ViolationKeeper(log, readOnly, metrics, silent);
    const settings = { address: 'http://collector', batchSize: 9, evidence: false, resource: resourceFromAttributes({}) };
    exporting = new ViolationExporter(log, store, endpoint, settings, metrics, silent);
    exposeLag({ registry, log, gauge: metrics.keepLag, topic: TOPICS.violations, lag: keeping.lag });
    exposeLag({ registry, log, gauge: metrics.exportLag, topic: TOPICS.violations, lag: exporting.lag });
    await keeping.start();
    await exporting.start();
  };
  const stop = async (): Promise<void> => {
    await keeping.stop();
    await exporting.stop();
  };

  beforeEach(async () => {
    down = true;
    ({ log, store } = await logAndStore());
    await start();
  });
  afterEach(async () => {
    await stop();
    await log.close();
    await store.close();
  });

  const lags = async (): Promise<Record<string, number>> => {
    const lines = (await registry.metrics()).split('\n').filter((line) => /_lag_records\{/.test(line));
    return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
  };
  const lagOf = (name: string, partition: number, wanted: number) =>
    eventually(async () => ((await lags())[`betrace_${name}_lag_records{partition="${partition}"}`] === wanted ? true : undefined));

  it('raises the lag at once, also after a restart, until it is over', async () => {
    await publish(log, violation(), violation({ id: 'viol-2' }), violation({ id: 'viol-3' }));
    await lagOf('violations_keep', 0, 3);
    await lagOf('otlp_export', 0, 3);
    await stop();
    await start();
    await publish(log, violation({ id: 'viol-4' }), violation({ id: 'viol-5', log: { partition: 1, first_offset: 0, last_offset: 0 } }));
    await lagOf('violations_keep', 0, 4);
    await lagOf('violations_keep', 1, 1);
    await lagOf('otlp_export', 0, 4);
    const says = () =>
      keeping.check().then(
        () => undefined,
        ({ message }: Error) => (message.includes('read-only') ? true : undefined),
      );
    await eventually(says);
    expect(await registry.metrics()).toMatch(/betrace_violations_keep_failures_total [1-9]/);
    down = false;
    for (const partition of [0, 1]) {
      await lagOf('violations_keep', partition, 0);
      await lagOf('otlp_export', partition, 0);
    }
    await eventually(async () => ((await keeping.check()) === undefined ? true : undefined));
  });

  it('has no series for partitions that were given up', async () => {
    await lagOf('violations_keep', 0, 0);
    await stop();
    expect(await lags()).toEqual({});
  });

  it('of the log is reported, and leaves the API in service', async () => {
    keeping.failed(new Error('no broker'));
    await expect(keeping.check()).rejects.toEqual(new Behind('violations are not kept: no broker'));
    keeping.recovered();
    expect(await keeping.check()).toBeUndefined();
  });
});
