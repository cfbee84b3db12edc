import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { keyRing, verifyViolation } from '#signing';
import { ApiUnderTest } from '../../testing/api-under-test.js';
import { eventually } from '../../testing/eventually.js';
import { publish, violation } from '../../testing/violation.js';
import { lineFiles } from './line-files.js';

const HOUR = 3_600_000;
const START = 472_222 * HOUR;
const PERIOD = `from=${START / 1_000}&to=${(START + HOUR) / 1_000}`;
const COUNT = 450;

describe('GET /v1/compliance/{framework}/evidence', () => {
  let api: ApiUnderTest;
  let folder: string;
  beforeAll(async () => {
    api = await ApiUnderTest.start();
    const put = (id: string, framework: string, name = id) =>
      api.ask('PUT', `/v1/rules/${id}`, { name, expression: 'span.duration > 1s', controls: [{ framework, control: 'CC6.1' }] });
    await put('access', 'SOC 2');
    await put('access', 'SOC 2', 'Access, once more');
    await put('other', 'GDPR');
    const of = (id: string, change: object) => violation({ id, rule_id: 'access', timestamp_ms: START + 1_000, ...change });
    await publish(
      api.log,
      ...Array.from({ length: COUNT }, (_, n) =>
        of(`viol-${n}`, { timestamp_ms: START + n, service: n === 0 ? 'NUL \u0000, 😀 \u2028' : 's' }),
      ),
      of('viol-back', { status: 'retracted', revision: 2 }),
      of('viol-before', { timestamp_ms: START - 1 }),
      of('viol-after', { timestamp_ms: START + HOUR }),
      of('viol-other', { rule_id: 'other' }),
    );
    await eventually(() => api.store.violation('viol-other'));
  });
  afterAll(() => api.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'betrace-evidence-'));
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const ask = (query = PERIOD) => fetch(`${api.url}/v1/compliance/SOC%202/evidence?${query}`);
  const unpack = (archive: Buffer) => {
    writeFileSync(join(folder, 'pack.tar.gz'), archive);
    execFileSync('tar', ['xzf', 'pack.tar.gz'], { cwd: folder });
    return (name: string) => readFileSync(join(folder, name), 'utf8');
  };
  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('counts as an export: one caller cannot encode archives without limit', async () => {
    let go!: () => void;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const keys = api.store.signatureKeys.bind(api.store);
    const asked = jest.spyOn(api.store, 'signatureKeys').mockImplementation(async () => {
      await gate;
      return keys();
    });
    const four = Array.from({ length: 4 }, () => ask());
    await eventually(async () => (asked.mock.calls.length === 4 ? true : undefined));
    const fifth = await ask();
    expect([fifth.status, (await fifth.json()) as object]).toEqual([429, expect.objectContaining({ code: 'BT_API_TOO_MANY_EXPORTS' })]);
    expect((await fetch(`${api.url}/v1/violations/export`)).status).toBe(429);
    go();
    for (const answer of await Promise.all(four))
      expect([answer.status, (await answer.arrayBuffer()).byteLength > 1_000]).toEqual([200, true]);
    expect((await ask()).status).toBe(200);
  });

  it('holds the counted violations as signed, the versions of the rules and the checksums of all files', async () => {
    const answer = await ask();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/gzip']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="evidence.tar.gz"');
    const read = unpack(Buffer.from(await answer.arrayBuffer()));
    execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder });
    const summed = read('SHA256SUMS')
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66));
    const unpacked = readdirSync(folder).filter((name) => !['pack.tar.gz', 'SHA256SUMS', 'keys'].includes(name));
    expect(summed.sort()).toEqual(unpacked.sort());
    const violations = lines(read('violations-0001.ndjson'));
    expect(violations).toHaveLength(COUNT + 1);
    const ring = keyRing({ key: 'changeme', development: true });
    for (const { timestamp: _, ...record } of violations) expect(verifyViolation(record, ring).valid).toBe(true);
    expect(violations.find(({ id }) => id === 'viol-back')).toMatchObject({ status: 'retracted', revision: 2 });
    expect(violations.find(({ id }) => id === 'viol-0').service).toBe('NUL \u0000, 😀 \u2028');
    const versions = lines(read('rules-0001.ndjson'));
    expect(versions.map(({ rule_id, version, action }) => [rule_id, version, action])).toEqual([
      ['access', 2, 'updated'],
      ['access', 1, 'created'],
    ]);
    const report = JSON.parse(read('report.json'));
    expect(report).toMatchObject({ framework: 'SOC 2', controls: [{ control: 'CC6.1' }] });
    expect(read('report.csv')).toMatch(/^framework,control,/);
    expect(JSON.parse(read('keys.json')).keys).toEqual((await api.ask('GET', '/v1/keys')).body['keys']);
    expect(read('README.txt')).toContain('betrace verify --key-file SECRET violations-*.ndjson');
  });

  it('is the same byte for byte while no data changes', async () => {
    const [one, two] = [await (await ask()).bytes(), await (await ask()).bytes()];
    expect(Buffer.compare(one!, two!)).toBe(0);
  });

  it('is aborted when it cannot be completed', async () => {
    const { violationsFrom } = api.store;
    jest.spyOn(api.store, 'violationsFrom').mockImplementation(async (filter, page) => {
      if (page.after !== undefined) throw new Error('the database is unavailable');
      return violationsFrom.call(api.store, filter, page);
    });
    await expect(ask().then((answer) => answer.bytes())).rejects.toThrow();
  });

  it('stops reading when its client is gone', async () => {
    const gone = new AbortController();
    const reads = jest.spyOn(api.store, 'violationsFrom').mockImplementation(async (_filter, _page) => {
      gone.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
      const full = await api.store.violation('viol-1');
      return { violations: Array.from({ length: 200 }, () => full!), next: 'more' };
    });
    await expect(
      fetch(`${api.url}/v1/compliance/SOC%202/evidence?${PERIOD}`, { signal: gone.signal }).then((a) => a.bytes()),
    ).rejects.toThrow();
    // Two looks between which no read began: otherwise it reads without end, every 20 ms.
    let before = -1;
    while (reads.mock.calls.length > before) {
      before = reads.mock.calls.length;
      expect(before).toBeLessThan(1_000);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  });

  it.each([
    ['SOC%202', 'from=20&to=10', 400, 'BT_API_TIME_RANGE_EMPTY'],
    ['SOC%202', 'format=csv', 400, 'BT_HTTP_INVALID'],
    ['soc%202', PERIOD, 404, 'BT_API_FRAMEWORK_UNKNOWN'],
  ])('of %s?%s is refused with %s %s', async (framework, query, status, code) => {
    const answer = await api.ask('GET', `/v1/compliance/${framework}/evidence?${query}`);
    expect([answer.status, answer.body['code']]).toEqual([status, code]);
  });
});

it('splits lines into files within the size limit, except for a single longer line', async () => {
  async function* of(...texts: readonly string[]) {
    yield* texts;
  }
  const files = async (...texts: readonly string[]) => {
    const found: [string, string][] = [];
    for await (const { name, content } of lineFiles('x', of(...texts), 8)) found.push([name, Buffer.from(content).toString()]);
    return found;
  };
  expect(await files()).toEqual([]);
  expect(await files('abc', 'def', 'g')).toEqual([
    ['x-0001.ndjson', 'abc\ndef\n'],
    ['x-0002.ndjson', 'g\n'],
  ]);
  expect(await files('0123456789', 'a')).toEqual([
    ['x-0001.ndjson', '0123456789\n'],
    ['x-0002.ndjson', 'a\n'],
  ]);
});
