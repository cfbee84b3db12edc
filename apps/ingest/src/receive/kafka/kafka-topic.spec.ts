import { afterEach, describe, expect, it } from '@jest/globals';
import { type Log, LogUnavailable, openLog, partitionOfKey, readAll, topicSpecifications } from '#messaging';
import { encodeRequest, encodeRequestJson } from '#otlp';
import { TOPICS } from '#records';
import { HeldLog } from '../../../../../test/fixtures/ingest/held-log.js';
import { aRequest, aSpan, TRACE_A, TRACE_B } from '../../../../../test/fixtures/ingest/requests.js';
import { loggedSpans, type RunningIngest, startIngest } from '../../../../../test/fixtures/ingest/start-ingest.js';
import { eventually } from '../../../../../test/harness/eventually.js';

const TOPIC = 'otlp_spans';
const ENVIRONMENT = { KAFKA_BROKERS: 'nowhere:9092', KAFKA_RECEIVE_TOPICS: TOPIC };
const never = { ...aSpan(), traceId: TRACE_B, spanId: '00f067aa0ba902b7' };

/** Over the embedded log: the log's own tests cover Kafka's differences. */
describe('a topic of other producers', () => {
  let real: Log;
  let log: HeldLog;
  let ingest: RunningIngest;

  const open = async () => {
    const topics = [...topicSpecifications({ partitions: 4 }), { name: TOPIC, partitions: 2 }];
    real = await openLog({ kind: 'embedded', topics, writer: 'direct' });
    log = new HeldLog(real);
  };
  const start = async (environment: Record<string, string> = {}) => {
    await open();
    ingest = await startIngest({ ...ENVIRONMENT, ...environment }, log);
  };
  afterEach(async () => {
    log.fail(undefined);
    log.release();
    await ingest.stop();
  });

  const write = (partition: number, value: Uint8Array) => real.append(TOPIC, [{ partition, key: 'any', value }]);
  const logged = (count: number) =>
    eventually(`${count} spans in the log`, async () => ((await loggedSpans(log)).length >= count ? loggedSpans(log) : undefined));
  const letters = (count: number) =>
    eventually(`${count} dead letters`, async () => {
      const found = await readAll(real, TOPICS.deadLetters, 0);
      return found.length >= count ? found : undefined;
    });
  const metrics = async () => (await fetch(`${ingest.url}/metrics`)).text();
  /** The position at which a successor would begin. */
  const committed = async (partition: number) => {
    await ingest.app.close();
    const found = Promise.withResolvers<number>();
    const subscription = await real.subscribe({
      topic: TOPIC,
      group: 'betrace-ingest',
      listener: {
        assigned: async (which, position) => {
          if (which === partition) found.resolve(position?.offset ?? 0);
          return undefined;
        },
        records: async () => {},
        revoked: async () => {},
      },
    });
    const offset = await found.promise;
    await subscription.close();
    return offset;
  };

  it('gets its spans to partitions by trace id, whatever their key and encoding', async () => {
    await start();
    await write(0, encodeRequest(aRequest([aSpan(), never])));
    await write(1, Buffer.from(encodeRequestJson(aRequest([aSpan({ spanId: 'aaaaaaaaaaaaaaaa' })]))));
    const spans = await logged(3);
    const partitions = (traceId: string) => new Set(spans.filter(({ span }) => span.traceId === traceId).map(({ partition }) => partition));
    expect(partitions(TRACE_A)).toEqual(new Set([partitionOfKey(TRACE_A, 4)]));
    expect(partitions(TRACE_B).size).toBe(1);
    await eventually('the figures', async () => {
      const text = await metrics();
      return text.includes('betrace_spans_ingested_total{receiver="kafka"} 3') &&
        text.includes('lag_records{topic="otlp_spans",partition="1"} 0')
        ? true
        : undefined;
    });
    expect(await committed(0)).toBe(1);
  });

  it('is not skipped while the log is unavailable: nothing is committed or lost', async () => {
    await start();
    log.fail(new LogUnavailable('BT_LOG_CLOSED', {}));
    await write(0, encodeRequest(aRequest()));
    await eventually('a failed attempt', async () =>
      ingest.lines.join('').includes('log unavailable; retrying the append of received spans') ? true : undefined,
    );
    expect(await loggedSpans(log)).toEqual([]);
    log.fail(undefined);
    await logged(1);
  });

  it('is read by a successor from the first unacknowledged spans', async () => {
    await start();
    await write(0, encodeRequest(aRequest()));
    await logged(1);
    log.fail(new LogUnavailable('BT_LOG_CLOSED', {}));
    await write(0, encodeRequest(aRequest([never])));
    await eventually('a failed attempt', async () =>
      ingest.lines.join('').includes('log unavailable; retrying the append of received spans') ? true : undefined,
    );
    expect(await committed(0)).toBe(1);
  });

  it('gets unreadable records to the dead letters, with place and reason, and continues', async () => {
    await start();
    await write(1, Buffer.from('{"resourceSpans": 7}'));
    await write(1, Buffer.from([0x0a, 0xff]));
    await write(1, encodeRequest(aRequest([aSpan({ spanId: '0000000000000000' }), never])));
    await write(1, encodeRequest(aRequest()));
    await logged(2);
    const found = await letters(3);
    expect(found.map(({ headers }) => headers)).toEqual([
      expect.objectContaining({ 'betrace-dead-topic': TOPIC, 'betrace-dead-partition': '1', 'betrace-dead-offset': '0' }),
      expect.objectContaining({ 'betrace-dead-offset': '1', 'betrace-dead-reason': expect.stringContaining('BT_OTLP_MALFORMED') }),
      expect.objectContaining({ 'betrace-dead-offset': '2', 'betrace-dead-reason': expect.stringContaining('1 of its spans: span_id') }),
    ]);
    expect(Buffer.from(found[0]!.value).toString()).toBe('{"resourceSpans": 7}');
    expect(await metrics()).toContain('betrace_ingest_dead_letters_total{topic="otlp_spans"} 3');
    expect(await committed(1)).toBe(4);
  });

  it.each([
    ['a topic of its own', 'betrace.spans', "BeTrace's own"],
    ['an encoding that is unknown', 'otlp_spans:zipkin', 'expected a topic'],
  ])('is refused at the start when it is %s', async (_, topics, message) => {
    await start();
    await expect(startIngest({ ...ENVIRONMENT, KAFKA_RECEIVE_TOPICS: topics }, log)).rejects.toThrow(message);
  });
});
