import { afterEach, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { mcpServer } from './mcp-server.js';

describe('a tool of an agent', () => {
  const asked: string[] = [];
  const client = new Client({ name: 'test', version: '1' });
  afterEach(() => client.close());

  const connect = async (answer: (path: string) => unknown = () => ({})) => {
    const [ours, theirs] = InMemoryTransport.createLinkedPair();
    const server = mcpServer(async (method, path) => {
      asked.push(`${method} ${path}`);
      return { status: 200, body: answer(path) };
    }, '1');
    await Promise.all([server.connect(ours), client.connect(theirs as Parameters<Client['connect']>[0])]);
  };

  it('refuses an unknown argument and suggests the right one, or a search would find more than requested', async () => {
    await connect();
    const { tools } = await client.listTools();
    expect(tools.length).toBeGreaterThan(10);
    for (const { name, inputSchema } of tools) {
      expect([name, inputSchema.additionalProperties]).toEqual([name, false]);
      const valid = { rule: 'a', expression: 'span.is_root', id: 'a', trace_id: 'a', spans: [] };
      const known = Object.keys(inputSchema.properties ?? {});
      const given = Object.fromEntries(Object.entries(valid).filter(([argument]) => known.includes(argument)));
      for (const wrong of ['constructor', 'serverity', '']) {
        const { isError, content } = await client.callTool({ name, arguments: { ...given, [wrong]: 'x' } });
        expect([name, wrong, isError]).toEqual([name, wrong, true]);
        expect((content as { text: string }[])[0]!.text).toContain(`unknown argument ${JSON.stringify(wrong)}`);
      }
    }
    expect(asked).toEqual([]);
    const { content } = await client.callTool({ name: 'search_violations', arguments: { serverity: 'HIGH', Limit: 5 } });
    expect((content as { text: string }[])[0]!.text).toMatch(/"serverity"; do you mean severity\?.*"Limit"; do you mean limit\?/s);
    await client.callTool({ name: 'search_violations', arguments: { severity: 'HIGH' } });
    expect(asked).toEqual(['GET /v1/violations?severity=HIGH&limit=20']);
  });

  it('continues after short pages of a search, because an empty page would mean "none"', async () => {
    const pages: Readonly<Record<string, object>> = {
      '/v1/violations?q=x&limit=2': { violations: [], total: 0, total_is: 'at_least', next: 'a' },
      '/v1/violations?q=x&limit=2&cursor=a': { violations: [1], total: 1, total_is: 'at_least', next: 'b' },
      '/v1/violations?q=x&limit=1&cursor=b': { violations: [2], total: 1, total_is: 'at_least', next: 'c' },
    };
    await connect((path) => pages[path]);
    const { content } = await client.callTool({ name: 'search_violations', arguments: { q: 'x', limit: 2 } });
    expect(JSON.parse((content as { text: string }[])[0]!.text)).toEqual({ violations: [1, 2], total: 2, total_is: 'at_least', next: 'c' });
  });
});
