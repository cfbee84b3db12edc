import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { seedOf } from '../harness/random-seed.js';
import { REPOSITORY } from '../harness/repository.js';
import { describePeers } from '../peers/describe-peers.js';
import { PEER_TIMEOUT_MS } from '../peers/kept.js';
import { redocly, schemathesis, TOOLS } from './document-tools.js';

const run = promisify(execFile);
/** Random requests for each operation and phase. */
const EXAMPLES = 15;

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly requestBody?: { readonly content: Readonly<Record<string, object>> } }>>>
  >;
}

describe('docs/openapi.json', () => {
  it('restricts no body that is not JSON: no bytes at all are a message of protobuf', () => {
    const { paths } = JSON.parse(readFileSync(join(REPOSITORY, 'docs/openapi.json'), 'utf8')) as Document;
    const bodies = Object.entries(paths).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ requestBody }) =>
        Object.entries(requestBody?.content ?? {}).map(([type, body]) => ({ path, type, body })),
      ),
    );
    const others = bodies.filter(({ type }) => type !== 'application/json');
    expect(others.map(({ path, type, body }) => [path, type, body])).toEqual([
      ['/v1/traces', 'application/x-protobuf', { schema: { description: 'The bytes of the message.' } }],
    ]);
  });

  it(
    'has no error and no warning of a linter',
    async () => {
      const args = ['lint', join(REPOSITORY, 'docs/openapi.json'), '--config', join(TOOLS, 'redocly.yaml'), '--format', 'json'];
      const { stdout } = await run(process.execPath, [await redocly(), ...args], { env: { ...process.env, REDOCLY_TELEMETRY: 'off' } });
      const { problems } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { readonly problems: readonly unknown[] };
      expect(problems).toEqual([]);
    },
    PEER_TIMEOUT_MS,
  );
});

await describePeers('schemathesis', ['Python'], () => {
  let betrace: BeTrace;
  let work: string;
  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'betrace-openapi-'));
    betrace = await BeTrace.start({ env: { BETRACE_TEST_MODE: 'true', BETRACE_RATE_LIMIT: '0' } });
    const send = (path: string, body: object) =>
      fetch(`${betrace.url}${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    const rule = { name: 'slow requests', expression: 'span.duration > 1s', controls: [{ framework: 'SOC 2', control: 'CC6.1' }] };
    expect((await send('/v1/rules', rule)).status).toBe(201);
    const span = { trace_id: 't', span_id: 's', name: 'checkout', service: 'shop', start_time: `${Date.now()}000000`, duration: '2s' };
    expect((await send('/v1/spans', { spans: [span] })).status).toBe(202);
    await eventually(
      'the violation',
      async () => (((await (await fetch(`${betrace.url}/v1/violations`)).json()) as { total: number }).total === 1 ? true : undefined),
      60_000,
    );
  });
  afterAll(async () => {
    await betrace?.stop();
    rmSync(work, { recursive: true, force: true });
  });

  it(
    'gets no 5xx and no undocumented answer, for requests that fit the document and for others',
    async () => {
      const args = ['--max-examples', String(EXAMPLES), '--request-timeout', '30', '--seed', String(seedOf('openapi')), '--no-color'];
      const ended = run(
        await schemathesis(),
        ['--config-file', join(TOOLS, 'schemathesis.toml'), 'run', `${betrace.url}/openapi.json`, ...args],
        {
          cwd: work,
          env: { ...process.env, PYTHONPATH: TOOLS, PYTHONDONTWRITEBYTECODE: '1', SCHEMATHESIS_HOOKS: 'hooks' },
          maxBuffer: 64 * 1024 * 1024,
        },
      );
      const { code, stdout } = await ended.then(
        ({ stdout }) => ({ code: 0, stdout }),
        (error: { readonly code: number; readonly stdout: string }) => error,
      );
      expect([code, code === 0 ? '' : stdout]).toEqual([0, '']);
      expect(stdout).toMatch(/Tested: [4-9]\d/);
    },
    PEER_TIMEOUT_MS,
  );
});
