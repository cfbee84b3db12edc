import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { removeTemporaryFiles, temporaryFiles } from '../../apps/cli/src/testing/temporary-files.js';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { freePorts } from '../harness/free-port.js';
import { missing, shell } from '../harness/shell.js';

const root = join(import.meta.dirname, '../..');
/** Any number of rounds by hand: CI_ROUNDS=100 npm test -- test/e2e/ci-recipe.spec.ts */
const ROUNDS = Number(process.env['CI_ROUNDS'] ?? Number.POSITIVE_INFINITY);
/** A slow machine takes longer for the least number of rounds. */
const MIN_ROUNDS = 3;
const TIME = ROUNDS === Number.POSITIVE_INFINITY ? 15_000 : Number.POSITIVE_INFINITY;

const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: the pipeline of docs/ci.md, because this machine has no ${absent.join(' and ')}\n`);

(absent.length > 0 ? describe.skip : describe)('the pipeline of docs/ci.md', () => {
  let betrace: BeTrace;
  let recipe: string;
  let start: string;
  beforeAll(async () => {
    betrace = await BeTrace.start({ args: ['--test-mode'] });
    const blocks = (await readFile(join(root, 'docs/ci.md'), 'utf8')).split('```bash\n').map((block) => block.split('```')[0] ?? '');
    recipe = blocks.find((block) => block.startsWith('# verdicts')) as string;
    start = blocks.find((block) => block.startsWith('npm start')) as string;
    for (const rule of [
      { name: 'unaudited', expression: 'trace.has(span.name == "charge") and not trace.has(span.name == "audit")' },
      { name: 'slow', expression: 'span.duration > 1s' },
    ]) {
      expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
    }
  });
  afterAll(async () => {
    await betrace?.stop();
    removeTemporaryFiles();
  });

  const run = async (): Promise<string> => {
    const script = recipe.replaceAll('localhost:12011', `127.0.0.1:${betrace.ports.http}`).replaceAll('exit 1', 'exit 0');
    return (await shell(script, root)).split('\n')[0] as string;
  };

  it('reports the right result in every round', async () => {
    const since = performance.now();
    let violations = 0;
    let round = 0;
    for (; round < ROUNDS && (round < MIN_ROUNDS || performance.now() - since < TIME); round++) {
      const trace = (name: string, duration = 1_000, parent?: string) => ({
        trace_id: `round-${round}`,
        span_id: name,
        name,
        start_time: 0,
        duration,
        ...(parent === undefined ? {} : { parent_id: parent }),
      });
      const kinds = [
        { spans: [trace('request'), trace('charge', 1_000, 'request'), trace('audit', 1_000, 'request')], violates: 0 },
        // Without its root, so that only silence closes it.
        { spans: [trace('charge', 1_000, 'request')], violates: 1 },
        { spans: [trace('request', 2_000_000_000), trace('charge', 1_000, 'request')], violates: 2 },
      ];
      const { spans, violates } = kinds[round % kinds.length] as (typeof kinds)[number];
      for (const span of spans) expect((await betrace.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
      violations += violates;
      expect(await run()).toBe(violations === 0 ? 'no violations' : `${violations} violations:`);
    }
    process.stderr.write(`the pipeline was right in ${round} of ${round} rounds\n`);
  }, 600_000);

  // `npm start` as users type it, including what npm and the scripts do before.
  it("starts with npm start, imports the rules of the build, and runs the application's tests", async () => {
    const folder = temporaryFiles({
      'a.yaml': 'rules:\n  - { id: slow, severity: HIGH, expression: span.duration > 1s }\n',
      'b.yaml': 'rules:\n  - { id: failed, severity: LOW, expression: span.status == "error" }\n',
    });
    const [http = 0, grpc = 0] = await freePorts(2);
    const script = start
      .replace('> betrace.log', `> ${folder}/betrace.log`)
      .replace('rules/*.yaml', `${folder}/*.yaml`)
      .replaceAll('localhost:12011', `127.0.0.1:${http}`)
      .replace('npm run integration-tests', 'env');
    // A process group of its own: npm starts the server two processes below.
    const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: root,
      env: { ...process.env, BETRACE_HTTP_PORT: String(http), BETRACE_GRPC_PORT: String(grpc) },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    try {
      let printed = '';
      child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
      child.stderr.on('data', (text: Buffer) => (printed += text.toString()));
      const [code] = (await once(child, 'exit')) as [number | null];
      expect([code, code === 0 ? '' : printed]).toEqual([0, '']);
      // The last of it may be read after the exit; the server keeps the pipe open.
      await eventually('its output', async () => {
        expect(printed).toContain(`OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:${http}`);
        expect(printed).toMatch(/failed: created[\s\S]*slow: created|slow: created[\s\S]*failed: created/);
        return true;
      });
    } finally {
      process.kill(-(child.pid as number), 'SIGTERM');
    }
  }, 300_000);

  it("is right with the guide's commands too, which do not wait", async () => {
    const before = (await betrace.json<{ total: number }>('GET', '/v1/violations')).body.total;
    await betrace.json('POST', '/v1/spans', { spans: [{ trace_id: 'guide', span_id: 's', name: 'charge', start_time: 0, duration: 1 }] });
    expect((await shell(`curl -sS ${betrace.url}/v1/violations | jq '.total'`, root)).trim()).toBe(String(before + 1));
  });

  it('names what is missing when there is no time to wait for it', async () => {
    // The trace is open for a second; when the machine stalls longer in between, another one is tried.
    let tried = 0;
    await eventually('an answer while the trace is open', async () => {
      expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
      await betrace.json('POST', '/v1/spans', {
        spans: [{ trace_id: `open-${tried++}`, span_id: 's', parent_id: 'r', name: 'charge', start_time: 0, duration: 1 }],
      });
      const { status, body } = await betrace.json('GET', '/v1/violations?timeout=300ms');
      expect([status, body]).toEqual([
        504,
        expect.objectContaining({
          code: 'BT_API_NOT_SETTLED',
          errors: [{ message: expect.stringMatching(/partition \d had 1 open trace/) }],
        }),
      ]);
      return true;
    });
    expect((await betrace.json('GET', '/v1/violations?settled=false')).status).toBe(200);
    expect((await betrace.json('POST', '/v1/settle?timeout=60s')).status).toBe(204);
    expect((await betrace.json('POST', '/v1/settle?timeout=soon')).status).toBe(400);
  });
});
