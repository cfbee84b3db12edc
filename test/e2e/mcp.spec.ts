import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { entryOf } from '../harness/entry.js';
import { eventually } from '../harness/eventually.js';

const cli = entryOf('cli');
const SCOPES = ['read', 'rules:write', 'ingest', 'admin'] as const;
type Scope = (typeof SCOPES)[number];
const TRACE = '5b8efff798038103d269b633813fc60c';

describe('the Model Context Protocol', () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let betrace: BeTrace;
  const clients: Client[] = [];

  beforeAll(async () => {
    folder = await storageFolder();
    const keys = SCOPES.map((scope) => ({
      name: scope.replace(':', '.'),
      sha256: createHash('sha256').update(scope).digest('hex'),
      scopes: [scope],
    }));
    const file = join(folder.path, 'keys.json');
    await writeFile(file, JSON.stringify({ keys }));
    betrace = await BeTrace.start({ env: { BETRACE_HOST: '127.0.0.1', BETRACE_API_KEYS_FILE: file } });
    await post('admin', '/v1/rules', { name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' });
    const span = {
      trace_id: TRACE,
      span_id: 'a',
      name: 'charge',
      service: 'shop',
      start_time: '1699000000000000000',
      duration: 2_000_000_000,
    };
    await post('ingest', '/v1/spans', { spans: [{ ...span, attributes: { tier: 'gold', 'user.email': 'ann@example.com' } }] });
    await eventually('a violation', async () => {
      const answer = await fetch(`${betrace.url}/v1/violations`, { headers: { 'x-api-key': 'read' } });
      return ((await answer.json()) as { total: number }).total > 0 ? true : undefined;
    });
    // The catalogue reads the log independently of the evaluator.
    await eventually('the attributes of the span', async () => {
      const answer = await fetch(`${betrace.url}/v1/attributes?q=tier`, { headers: { 'x-api-key': 'read' } });
      return ((await answer.json()) as { attributes: readonly unknown[] }).attributes.length > 0 ? true : undefined;
    });
  });
  afterAll(async () => {
    for (const client of clients) await client.close();
    await betrace?.kill();
    await folder?.remove();
  });

  const post = async (scope: Scope, path: string, body: unknown) => {
    const headers = { 'content-type': 'application/json', 'x-api-key': scope };
    const answer = await fetch(betrace.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect(answer.status).toBeLessThan(300);
  };

  const over = {
    http: async (key: string | undefined) => {
      const headers: Record<string, string> = key === undefined ? {} : { 'x-api-key': key };
      return new StreamableHTTPClientTransport(new URL('/mcp', betrace.url), { requestInit: { headers } });
    },
    stdio: async (key: string | undefined) =>
      new StdioClientTransport({
        command: process.execPath,
        args: [cli, 'mcp', '--url', betrace.url],
        env: { PATH: process.env['PATH'] ?? '', ...(key === undefined ? {} : { BETRACE_API_KEY: key }) },
      }),
  };
  const connect = async (way: keyof typeof over, key?: string) => {
    const client = new Client({ name: 'test', version: '1' });
    // The optional members of the SDK's classes differ from our compiler options.
    await client.connect((await over[way](key)) as Parameters<Client['connect']>[0]);
    clients.push(client);
    return async (name: string, args: Record<string, unknown> = {}) => {
      const { isError, content } = await client.callTool({ name, arguments: args });
      const [{ text } = { text: '' }] = content as { text: string }[];
      return { failed: isError === true, text, json: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {} };
    };
  };

  it.each(['http', 'stdio'] as const)('lets an agent write and debug a rule over %s', async (way) => {
    const call = await connect(way, 'rules:write');
    const { tools } = await clients.at(-1)!.listTools();
    expect(tools.map(({ name }) => name).sort()).toEqual([
      'coverage',
      'explain_trace',
      'explain_violation',
      'get_preview',
      'get_rule',
      'language',
      'list_attributes',
      'preview_rule',
      'search_rules',
      'search_violations',
      'test_rule',
      'validate_rule',
    ]);
    expect((await call('search_rules', { q: 'SLOW' })).json).toMatchObject({ rules: [{ id: 'slow' }], total: 1 });
    expect((await call('get_rule', { rule: 'slow' })).json).toMatchObject({ severity: 'HIGH', health: { violations: 1 } });
    expect((await call('language')).text).toContain('trace.has');
    expect((await call('list_attributes', { q: 'tier' })).json).toMatchObject({
      attributes: [{ name: 'tier', values: [{ value: 'gold' }] }],
    });
    expect((await call('list_attributes', { q: 'email' })).text).not.toContain('ann@');
    expect((await call('validate_rule', { expression: 'span.durations > 1s' })).json).toMatchObject({
      valid: false,
      errors: [{ code: 'BT_DSL_UNKNOWN_FIELD', suggestion: 'duration' }],
    });
    const spans = [{ span_id: 'a', name: 'charge' }];
    const expression = 'trace.has(span.name == "charge") and not trace.has(span.name == "fraud check")';
    expect((await call('test_rule', { expression, spans })).json).toMatchObject({ matches: true });
    expect((await call('test_rule', { expression, spans: [...spans, { span_id: 'b', name: 'fraud check' }] })).json).toMatchObject({
      matches: false,
    });
    expect((await call('preview_rule', { expression: 'attribute.tier == "gold"', since: '1h' })).json).toMatchObject({
      state: 'done',
      result: { matched_traces: 1 },
    });
    const found = (await call('search_violations', { rule_id: 'slow', severity: 'HIGH' })).json as { violations: { id: string }[] };
    expect((await call('explain_violation', { id: found.violations[0]!.id })).text).toContain('span.duration');
    expect((await call('explain_trace', { trace_id: TRACE, rule: 'slow' })).json).toMatchObject({ matches: true });
    expect((await call('explain_trace', { trace_id: TRACE, expression: 'span.duration > 5s' })).json).toMatchObject({ matches: false });
    const coverage = (await call('coverage')).json as { attributes_that_no_rule_mentions: { name: string }[] };
    expect(coverage).toMatchObject({ rules: [{ id: 'slow', never_matched: false }], sampled_spans: 1 });
    expect(coverage.attributes_that_no_rule_mentions.map(({ name }) => name)).toContain('tier');
  });

  it.each(['http', 'stdio'] as const)('tells an agent what is refused over %s', async (way) => {
    const call = await connect(way, 'read');
    expect(await call('get_rule', { rule: 'no such rule' })).toMatchObject({ failed: true, json: { status: 404 } });
    expect(await call('explain_trace', { trace_id: 'none', rule: 'slow' })).toMatchObject({ failed: true, json: { status: 404 } });
    expect(await call('preview_rule', { expression: 'span.duration > 1s' })).toMatchObject({ failed: true, json: { status: 403 } });
    expect(await call('search_rules', { limit: 100_000 })).toMatchObject({ failed: true });
    expect((await call('search_violations', { q: '\u0000' })).failed).toBe(true);
    expect((await call('no_such_tool')).failed).toBe(true);
  });

  it('requires a key with the scope `read`, and accepts only requests of the protocol', async () => {
    await expect(connect('http')).rejects.toThrow(/401|key/i);
    await expect(connect('http', 'ingest')).rejects.toThrow(/403|scope/i);
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'x-api-key': 'read' };
    const ask = async (method: string, body?: string) =>
      (await fetch(`${betrace.url}/mcp`, { method, headers, ...(body === undefined ? {} : { body }) })).status;
    expect(await ask('POST', '{"jsonrpc": "2.0", "id": 1, "method": "ping"}')).toBe(200);
    expect(await ask('POST', '{}')).toBe(400);
    expect(await ask('POST', 'no JSON')).toBe(400);
    expect(await ask('POST', `{"x": "${'x'.repeat(9 * 1024 * 1024)}"}`)).toBe(413);
    expect(await ask('GET')).toBe(405);
  });

  it('over stdio without a key reports what is missing, call by call', async () => {
    const call = await connect('stdio');
    expect(await call('search_rules')).toMatchObject({ failed: true, json: { status: 401 } });
  });
});
