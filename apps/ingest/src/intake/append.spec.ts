import { afterEach, describe, expect, it } from '@jest/globals';
import { LogUnavailable } from '#messaging';
import { FullPartitions } from '#platform';
import { HeldLog } from '../../../../test/fixtures/ingest/held-log.js';
import { aRequest, aSpan, bytesOf } from '../../../../test/fixtures/ingest/requests.js';
import { loggedSpans, openMemoryLog, type RunningIngest, startIngest } from '../../../../test/fixtures/ingest/start-ingest.js';
import { eventually } from '../../../../test/harness/eventually.js';

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
let ingest: RunningIngest;
let log: HeldLog;

const start = async (environment: Record<string, string> = {}) => {
  log = new HeldLog(await openMemoryLog(4));
  ingest = await startIngest(environment, log);
};
afterEach(async () => {
  log.release();
  await ingest.stop();
});

const post = (body = bytesOf(aRequest())) => fetch(`${ingest.url}/v1/traces`, { method: 'POST', body, headers: PROTOBUF });
const expectRetryable = (response: Response) => {
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('1');
};

describe('acknowledged spans are in the log', () => {
  it('answers only after the log has the spans', async () => {
    await start();
    log.hold();
    let answered = false;
    const answer = post().then((response) => {
      answered = true;
      return response;
    });
    await log.held();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    log.release();
    expect((await answer).status).toBe(200);
    expect(await loggedSpans(log)).toHaveLength(1);
  });

  it('asks the sender to retry when the log is unavailable, and accepts the spans then', async () => {
    await start();
    log.fail(new LogUnavailable('BT_LOG_FAILED', { path: '/data', reason: 'disk full' }));
    expectRetryable(await post());
    expect(await loggedSpans(log)).toHaveLength(0);
    log.fail(undefined);
    expect((await post()).status).toBe(200);
    expect(await loggedSpans(log)).toHaveLength(1);
  });

  it('asks the sender to retry when the log does not confirm in time', async () => {
    await start({ BETRACE_APPEND_TIMEOUT: '50ms' });
    log.hold();
    const response = await post();
    expectRetryable(response);
    expect(Buffer.from(await response.arrayBuffer()).toString()).toContain('BT_INGEST_LOG_TIMEOUT');
  });

  it('hides a defect of the log from the sender, without answering success', async () => {
    await start();
    log.fail(new TypeError('the secret'));
    const response = await post();
    expect(response.status).toBe(500);
    expect(Buffer.from(await response.arrayBuffer()).toString()).not.toContain('the secret');
    expect(ingest.lines.join('')).toContain('the secret');
  });
});

describe('back-pressure', () => {
  it('refuses spans of a full partition, and accepts the others', async () => {
    await start();
    await post();
    const [first] = await loggedSpans(log);
    const partition = first?.partition ?? 0;
    const full = ingest.app.get(FullPartitions);
    full.report('evaluator-1', [partition]);
    const refused = await post();
    expectRetryable(refused);
    expect(Buffer.from(await refused.arrayBuffer()).toString()).toContain('BT_INGEST_NO_TRACE_MEMORY');
    full.report('evaluator-1', [(partition + 1) % 4]);
    expect((await post()).status).toBe(200);
    expect(await loggedSpans(log)).toHaveLength(2);
  });

  it('bounds the bytes in flight while the log hangs, and recovers', async () => {
    await start({ BETRACE_REQUEST_LIMIT: '10000', BETRACE_IN_FLIGHT_LIMIT: '30000', BETRACE_APPEND_TIMEOUT: '50ms' });
    const body = bytesOf(aRequest([aSpan({ name: 'x'.repeat(7_000) })]));
    log.hold();
    // The bytes of the first stay accounted for after the response to its sender: the log still holds them.
    const statuses: number[] = [];
    for (let i = 0; i < 8; i++) statuses.push((await post(body)).status);
    expect(statuses).toEqual(statuses.map(() => 503));
    const refused = await post(body);
    expectRetryable(refused);
    expect(Buffer.from(await refused.arrayBuffer()).toString()).toContain('BT_HTTP_OVERLOADED');

    log.release();
    // What a busy machine does not confirm in time is in the log, too.
    let sent = 1;
    await eventually('its recovery', async () => ((await post(body)).status === 200 ? true : void sent++));
    const logged = await loggedSpans(log);
    expect(logged.length).toBeGreaterThan(1);
    expect(logged.length).toBeLessThan(5 + sent);
  });
});
