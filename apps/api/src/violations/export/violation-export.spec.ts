import { get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { keyRing, verifyViolation } from '#signing';
import { ApiUnderTest } from '../../testing/api-under-test.js';
import { eventually } from '../../testing/eventually.js';
import { publish, violation } from '../../testing/violation.js';

describe('/v1/violations/export', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    const evil = { service: '=HYPERLINK("http://x")', message: 'a,"b"\r\nc', metadata: { span_name: '+1' } };
    await publish(
      api.log,
      ...Array.from({ length: 450 }, (_, n) => violation({ id: `viol-${n}`, timestamp_ms: 1_000_000 + n * 1_000, service: `s-${n % 3}` })),
      violation({ id: 'viol-evil', timestamp_ms: 9_000_123, ...evil }),
      violation({ id: 'viol-back', status: 'retracted', revision: 2, timestamp_ms: 9_100_000 }),
    );
    await eventually(() => api.store.violation('viol-back'));
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => api.close());

  const download = async (query: string) => {
    const answer = await fetch(`${api.url}/v1/violations/export?${query}`);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };

  it('answers exactly what the list selects, over its pages, in its order', async () => {
    const listed = async (query: string): Promise<string[]> => {
      const { body } = await api.ask<{ violations: { id: string }[] }>('GET', `/v1/violations?limit=1000&${query}`);
      return body.violations.map(({ id }) => id);
    };
    for (const query of ['', 'service=s-1', 'status=all', 'q=viol-1', 'start_time=1100&end_time=1300', 'severity=LOW']) {
      const expected = await listed(query);
      const csv = (await download(query)).text.split('\r\n').slice(1, -1);
      // The violation with a line break takes two lines.
      expect(csv.filter((line) => line.startsWith('viol-')).map((line) => line.split(',')[0])).toEqual(expected);
      const lines = (await download(`format=ndjson&${query}`)).text.split('\n').slice(0, -1);
      expect(lines.map((line) => JSON.parse(line).id)).toEqual(expected);
    }
    expect(await listed('')).toHaveLength(451);
  });

  it('is a CSV file without formulas', async () => {
    const { status, headers, text } = await download('limit=1');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    expect(headers.get('content-disposition')).toBe('attachment; filename="violations.csv"');
    expect(text).toBe(
      'id,rule_id,rule_name,severity,status,service,trace_id,span_id,timestamp,time,message,revision,rule_version,fragment,metadata\r\n' +
        `viol-evil,slow-requests,slow-requests,HIGH,open,"'=HYPERLINK(""http://x"")",test-trace-001,test-span-001,9000,1970-01-01T02:30:00.123Z,` +
        '"a,""b""\r\nc",1,1,,"{""span_name"":""+1""}"\r\n',
    );
  });

  it('is NDJSON of the whole signed violations', async () => {
    const { headers, text } = await download('format=ndjson&limit=201&status=all');
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    const lines = text.split('\n');
    expect([lines.length, lines.at(-1)]).toEqual([202, '']);
    const keys = keyRing({ key: 'changeme', development: true });
    for (const line of lines.slice(0, -1)) {
      const { timestamp: _, ...record } = JSON.parse(line);
      expect(verifyViolation(record, keys).valid).toBe(true);
    }
    expect((await api.ask('GET', '/v1/violations/viol-back')).body).toEqual(JSON.parse(lines[0]!));
  });

  it('is only the head, or empty, without violations', async () => {
    expect((await download('service=none')).text).toMatch(/^id,[\w,]+\r\n$/);
    expect(await download('service=none&format=ndjson')).toMatchObject({ status: 200, text: '' });
  });

  it.each(['format=xlsx', 'limit=0', 'limit=x', 'severity=URGENT', 'cursor=x', 'view=full'])('refuses %s', async (query) => {
    const { status, headers } = await download(query);
    expect([status, headers.get('content-type')]).toEqual([400, expect.stringContaining('application/problem+json')]);
  });

  it('answers a problem when the store fails at the beginning, and breaks off when it fails later', async () => {
    const broken = new Error('the database went away');
    const real = api.store.violationsFrom.bind(api.store);
    const reading = jest.spyOn(api.store, 'violationsFrom').mockRejectedValueOnce(broken);
    expect((await download('format=ndjson')).status).toBe(500);
    reading.mockImplementation((filter, page) => (page.after === undefined ? real(filter, page) : Promise.reject(broken)));
    await expect(download('format=ndjson')).rejects.toThrow();
    reading.mockRestore();
    expect((await download('format=ndjson')).text.split('\n')).toHaveLength(452);
  });
});

describe('an export larger than its buffers', () => {
  /** 60 MB: more than the sockets of a connection buffer. */
  const COUNT = 3_000;
  const PAGES = COUNT / 200;
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    const { rule_id, rule_name, severity, trace_id, wire_trace_id, span_id, service } = violation();
    const violations = Array.from({ length: COUNT }, (_, n) => ({
      id: `v${n}`,
      revision: 1,
      status: 'open' as const,
      ruleId: rule_id,
      ruleName: rule_name,
      severity,
      traceId: trace_id,
      wireTraceId: wire_trace_id,
      spanId: span_id,
      service,
      timestampMs: n,
      firstOffset: 0,
      record: JSON.stringify({ id: `v${n}`, timestamp_ms: n, message: 'x'.repeat(20_000) }),
    }));
    await api.store.keep({ reader: 'test', partition: 0, position: 1, violations });
  });
  afterEach(() => void jest.restoreAllMocks());
  afterAll(() => api.close());

  const url = () => `${api.url}/v1/violations/export?format=ndjson`;

  /** The number of reads of the store, once it has stopped reading. */
  async function readsAtRest(reads: () => number): Promise<number> {
    let before = reads();
    for (let calm = 0; calm < 5; ) {
      await pause(100);
      calm = reads() === before ? calm + 1 : 0;
      before = reads();
    }
    return before;
  }

  it("reads the store at the client's speed, to the end", async () => {
    const reading = jest.spyOn(api.store, 'violationsFrom');
    const answer = await fetch(url());
    expect(await readsAtRest(() => reading.mock.calls.length)).toBeLessThan(PAGES);
    expect((await answer.text()).split('\n')).toHaveLength(COUNT + 1);
    expect(reading.mock.calls).toHaveLength(PAGES);
  });

  it('stops reading when the client is gone', async () => {
    const reading = jest.spyOn(api.store, 'violationsFrom');
    await new Promise<void>((resolve, reject) => {
      const request = get(url(), (response) => {
        response.once('data', () => {
          response.destroy();
          resolve();
        });
      });
      request.on('error', reject);
    });
    expect(await readsAtRest(() => reading.mock.calls.length)).toBeLessThan(PAGES);
    expect((await api.ask('GET', '/v1/violations?limit=1')).body).toMatchObject({ total: COUNT });
  });
});
