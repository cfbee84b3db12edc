import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { betrace } from '../../testing/fake-terminal.js';

const one = (id: string) => ({ id, rule_id: 'r', severity: 'LOW', service: 's', trace_id: 't', status: 'open', timestamp_ms: 0 });
/** The pages of a search that end early, by cursor. */
const PAGES: Readonly<Record<string, object>> = {
  '': { violations: [], total: 0, total_is: 'at_least', next: 'p1' },
  p1: { violations: [one('a')], total: 1, total_is: 'at_least', next: 'p2' },
  p2: { violations: [one('b'), one('c')], total: 2, total_is: 'at_least', next: 'p3' },
  p3: { violations: [], total: 0, total_is: 'at_least' },
};

describe('betrace violations list of a search', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const cursor = new URL(request.url!, 'http://a').searchParams.get('cursor') ?? '';
      response.setHeader('content-type', 'application/json').end(JSON.stringify(PAGES[cursor]));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
  });
  const search = (...args: string[]) =>
    betrace(['violations', 'list', '-q', 'x', `--url=http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...args]);

  it("continues after an empty page and counts everything; otherwise a pipeline's gate would pass", async () => {
    const { code, out, err } = await search('--fail-on-any', '--output=json');
    expect([code, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toEqual({ violations: ['a', 'b', 'c'].map(one), total: 3 });
  });

  it('says that there may be more when it stops at the limit', async () => {
    const { out, err } = await search('--limit=3');
    expect(out.trim().split('\n')).toHaveLength(4);
    expect(err).toBe('there may be more; betrace violations export writes all\n');
  });
});
