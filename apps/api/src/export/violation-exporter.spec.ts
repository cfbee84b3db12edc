import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExportResultCode } from '@opentelemetry/core';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import { GivenUp, type Log } from '#messaging';
import { registerMetrics } from '#platform';
import { TOPICS } from '#records';
import type { Store } from '#store';
import { API_METRICS } from '../metrics.js';
import { eventually } from '../testing/eventually.js';
import { logAndStore, silent } from '../testing/log-and-store.js';
import { plainRule } from '../testing/rules-in-the-log.js';
import { publish, violation } from '../testing/violation.js';
import { ViolationExporter } from './violation-exporter.js';

/** A collector that can be down, or accept a request and lose its answer. */
class Collector implements SpanExporter {
  readonly calls: ReadableSpan[][] = [];
  failures = 0;
  losesAnswers = false;
  /** Set: keeps the answer to the next call until it is called. */
  hangs: ((answer: () => void) => void) | undefined;

  export(spans: ReadableSpan[], answer: Parameters<SpanExporter['export']>[1]): void {
    if (this.hangs !== undefined) {
      this.calls.push(spans);
      this.hangs(() => answer({ code: ExportResultCode.SUCCESS }));
      this.hangs = undefined;
      return;
    }
    if (this.failures > 0 && !this.losesAnswers) {
      this.failures--;
      answer({ code: ExportResultCode.FAILED, error: new Error('14 UNAVAILABLE') });
      return;
    }
    this.calls.push(spans);
    const lost = this.losesAnswers && this.failures-- > 0;
    answer(lost ? { code: ExportResultCode.FAILED, error: new Error('4 DEADLINE_EXCEEDED') } : { code: ExportResultCode.SUCCESS });
  }

  async shutdown(): Promise<void> {}

  get exported(): string[] {
    return this.calls.flat().map(({ attributes }) => `${attributes['betrace.violation.id']}@${attributes['betrace.violation.revision']}`);
  }
}

describe('ViolationExporter', () => {
  let log: Log;
  let store: Store;
  let registry: Registry;
  let collector: Collector;
  let exporting: ViolationExporter;

  const start = async (): Promise<void> => {
    registry = new Registry();
    collector = new Collector();
    const settings = {
      address: 'http://collector',
      batchSize: 2,
      evidence: true,
      resource: resourceFromAttributes({ 'service.name': 'betrace' }),
    };
    exporting = new ViolationExporter(log, store, collector, settings, registerMetrics(API_METRICS, registry), silent);
  };

  beforeEach(async () => {
    ({ log, store } = await logAndStore(1));
    await start();
  });

  afterEach(async () => {
    await exporting.stop();
    await log.close();
    await store.close();
  });

  const position = (wanted: number) => eventually(async () => ((await store.position('export', 0)) === wanted ? true : undefined));

  it('names the controls of the version of the rule that was violated', async () => {
    const controls = [{ framework: 'SOC 2', control: 'CC6.1' }];
    await store.putRule({ ...plainRule('r'), controls }, 1);
    await store.putRule(plainRule('r'), 2);
    await exporting.start();
    const of = (version: number) => violation({ id: `v${version}`, rule_id: 'r', rule_version: version });
    await publish(log, of(1), of(2), of(3), of(1));
    await eventually(async () => (collector.exported.length >= 3 ? true : undefined));
    const told = collector.calls.flat().map(({ attributes }) => [attributes['betrace.violation.id'], attributes['compliance.control']]);
    expect(told.toSorted()).toEqual([
      ['v1', ['CC6.1']],
      ['v2', undefined],
      ['v3', undefined],
    ]);
  });

  it('exports in batches, and advances its position past them', async () => {
    await publish(log, violation(), violation({ id: 'viol-2' }), violation({ id: 'viol-3' }));
    await exporting.start();
    await position(3);
    expect(collector.calls.map((spans) => spans.length)).toEqual([2, 1]);
    expect(exporting.state()).toBe('ok');
  });

  it('waits while the endpoint is down, reports it, and loses nothing', async () => {
    collector.failures = 3;
    await publish(log, violation(), violation({ id: 'viol-2' }));
    await exporting.start();
    await eventually(async () => (exporting.state() === 'retrying: http://collector: 14 UNAVAILABLE' ? true : undefined));
    expect(await store.position('export', 0)).toBe(0);
    await position(2);
    expect(collector.exported).toEqual(['viol-1@1', 'viol-2@1']);
    expect(exporting.state()).toBe('ok');
    expect(await registry.metrics()).toContain('betrace_otlp_export_failures_total{kind="passing"} 3');
    expect(await registry.metrics()).toContain('betrace_violations_exported_total 2');
  });

  it('gives a partition up while the endpoint is down, and exports the others of the same request', async () => {
    const { log: two, store: kept } = await logAndStore(2);
    const settings = { address: 'http://collector', batchSize: 9, evidence: true, resource: resourceFromAttributes({}) };
    const one = new ViolationExporter(two, kept, collector, settings, registerMetrics(API_METRICS, new Registry()), silent);
    collector.failures = Number.POSITIVE_INFINITY;
    const record = (id: string) => ({ offset: 0, timestamp: 0, value: Buffer.from(JSON.stringify(violation({ id }))) });
    const leaving = [new AbortController(), new AbortController()];
    const ends = leaving.map(({ signal }, partition) =>
      one.records({ topic: TOPICS.violations, partition, records: [record(`viol-${partition}`)], endOffset: 1 }, signal).then(
        () => 'exported',
        (error: Error) => (error.cause ?? error) as unknown,
      ),
    );
    await eventually(async () => (one.state() === 'retrying: http://collector: 14 UNAVAILABLE' ? true : undefined));
    leaving[0]!.abort(new GivenUp());
    expect(await ends[0]).toBeInstanceOf(GivenUp);
    collector.failures = 0;
    expect(await ends[1]).toBe('exported');
    expect(collector.exported).toEqual(['viol-1@1']);
    expect([await kept.position('export', 0), await kept.position('export', 1)]).toEqual([0, 1]);
    await one.stop();
    await two.close();
    await kept.close();
  });

  it('gives partitions up while the endpoint hangs, and sends nothing again that the endpoint accepts then', async () => {
    const { log: three, store: kept } = await logAndStore(3);
    const settings = { address: 'http://collector', batchSize: 9, evidence: true, resource: resourceFromAttributes({}) };
    const one = new ViolationExporter(three, kept, collector, settings, registerMetrics(API_METRICS, new Registry()), silent);
    const asked = Promise.withResolvers<() => void>();
    collector.hangs = asked.resolve;
    const violations = [0, 1, 2].map((n) => violation({ id: `viol-${n}` }));
    const leaving = violations.map(() => new AbortController());
    const ends = violations.map((each, partition) => {
      const records = [{ offset: 0, timestamp: 0, value: Buffer.from(JSON.stringify(each)) }];
      return one.records({ topic: TOPICS.violations, partition, records, endOffset: 1 }, leaving[partition]!.signal).then(
        () => 'exported',
        () => 'given up',
      );
    });
    const answer = await asked.promise;
    leaving[0]!.abort(new GivenUp());
    expect(await ends[0]).toBe('given up');
    // The other two wait for the answer.
    leaving[1]!.abort(new GivenUp());
    expect(await ends[1]).toBe('given up');
    answer();
    expect(await ends[2]).toBe('exported');
    expect(collector.exported).toEqual(['viol-0@1', 'viol-1@1', 'viol-2@1']);
    expect([await kept.position('export', 0), await kept.position('export', 1), await kept.position('export', 2)]).toEqual([0, 0, 1]);
    const revisions = violations.map(({ id, revision, status, log: at }) => ({ id, revision, status, firstOffset: at.first_offset }));
    expect((await kept.alreadyExported(revisions)).size).toBe(3);
    await one.stop();
    await three.close();
    await kept.close();
  });

  it('repeats a batch whose answer was lost, with the same spans', async () => {
    collector.losesAnswers = true;
    collector.failures = 1;
    await publish(log, violation());
    await exporting.start();
    await position(1);
    const [first, second] = collector.calls.flat();
    expect(collector.calls).toHaveLength(2);
    expect(second?.spanContext()).toEqual(first?.spanContext());
  });

  it('exports each revision once', async () => {
    await publish(log, violation(), violation({ revision: 2, status: 'retracted' }), violation());
    await exporting.start();
    await position(3);
    expect(collector.exported).toEqual(['viol-1@1', 'viol-1@2']);
  });

  it('does not export again after a restart', async () => {
    await publish(log, violation());
    await exporting.start();
    await position(1);
    await exporting.stop();
    await publish(log, violation(), violation({ id: 'viol-2' }));
    await start();
    await exporting.start();
    await position(3);
    expect(collector.exported).toEqual(['viol-2@1']);
  });

  it('sets its position back for a log that was created again, which may be longer at the next start', async () => {
    await store.exported('export', new Map([[0, 3]]), []);
    expect(await exporting.assigned(0, undefined, 0)).toBe(0);
    await publish(log, ...[2, 3, 4, 5].map((n) => violation({ id: `viol-${n}` })));
    expect(await exporting.assigned(0, { offset: 0, metadata: '' }, 0)).toBe(0);
  });

  it('skips records that are not violations', async () => {
    await log.append(TOPICS.violations, [{ partition: 0, value: Buffer.from('{}') }]);
    await publish(log, violation());
    await exporting.start();
    await position(2);
    expect(collector.exported).toEqual(['viol-1@1']);
  });

  it('stops while it waits for an endpoint that is down', async () => {
    collector.failures = Number.POSITIVE_INFINITY;
    await publish(log, violation());
    await exporting.start();
    await eventually(async () => (exporting.state() === 'ok' ? undefined : true));
    await exporting.stop();
    expect(await store.position('export', 0)).toBe(0);
  });
});
