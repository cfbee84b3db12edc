import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';
import { REPOSITORY } from '../harness/repository.js';

const main = join(REPOSITORY, 'dist/apps/cli/src/main.js');
/** Evaluators report closed traces every 10 s. */
const REPORT_TIMEOUT_MS = 60_000;
const CONTROL = { framework: 'SOC 2', control: 'CC6.1' };

interface Report {
  readonly traces: number;
  readonly controls: readonly Readonly<Record<string, unknown>>[];
}

let folder: Awaited<ReturnType<typeof storageFolder>>;
let betrace: BeTrace;
let sent = 0;
const start = async () => {
  const env = { BETRACE_STORAGE_PATH: folder.path, BETRACE_TRACE_ROOT_GRACE: '100ms', BETRACE_TRACE_IDLE_TIMEOUT: '200ms' };
  betrace = await BeTrace.start({ env });
};
beforeEach(async () => {
  folder = await storageFolder();
  await start();
});
afterEach(async () => {
  await betrace?.kill();
  await folder.remove();
});

/** Traces of an access to a record; every `every`th is not audited. */
const send = async (count: number, every: number) => {
  for (let n = 0; n < count; n++) {
    const trace_id = `trace-${++sent}`;
    const times = { start_time: 1_699_000_000_000_000_000n.toString(), duration: '5ms' };
    const root = { trace_id, span_id: 'a', name: 'access', ...times };
    const audit = { trace_id, span_id: 'b', parent_id: 'a', name: 'audit', ...times };
    const body = { spans: sent % every === 0 ? [root] : [root, audit] };
    expect(await betrace.json('POST', '/v1/spans', body)).toMatchObject({ status: 202, body: { rejected: 0 } });
  }
};
const reported = (expected: object) =>
  eventually(
    `a report of ${JSON.stringify(expected)}`,
    async () => {
      const { body } = await betrace.json<Report>('GET', '/v1/compliance/SOC%202');
      expect(body.controls[0]).toMatchObject(expected);
      return body;
    },
    REPORT_TIMEOUT_MS,
    500,
  );
const command = async (...args: readonly string[]) => {
  const options = { env: { ...process.env, BETRACE_URL: betrace.url, NO_COLOR: '1' } };
  return promisify(execFile)(process.execPath, [main, 'report', ...args], options).then(
    ({ stdout }) => ({ code: 0, out: stdout }),
    ({ code, stdout }: { code: number; stdout: string }) => ({ code, out: stdout }),
  );
};

it('a report counts each trace once, before and after a kill, and traces before the rule as out of scope', async () => {
  await send(5, 1_000);
  await betrace.json('GET', '/v1/violations?settled=true');
  const rule = { name: 'audited', expression: 'not trace.has(span.name == "audit")', controls: [CONTROL] };
  expect((await betrace.json('POST', '/v1/rules', rule)).status).toBe(201);
  await send(25, 5);
  await reported({ outcome: 'violated', traces_in_scope: 25, passed: 20, violated: 5, undecided: 0, not_looked_at: 5 });
  // All of these traces are remembered: the successor judges them again.
  await betrace.kill();
  await start();
  await send(10, 5);
  const { traces } = await reported({ traces_in_scope: 35, passed: 28, violated: 7, undecided: 0, not_looked_at: 5 });
  expect(traces).toBe(40);

  expect(await command()).toEqual({ code: 0, out: 'framework  controls  rules\nSOC 2      1         1\n' });
  const text = await command('SOC 2', '--fail');
  expect(text.code).toBe(1);
  expect(text.out).toMatch(
    /^SOC 2 \S+ to \S+: 40 traces\ntraces are counted since \S+\nprovisional: some traces since \S+ are not counted yet, while their violations are\n\ncontrol +outcome +in scope +passed +violated +undecided +not looked at +rules\n/,
  );
  expect(text.out).toMatch(/\nCC6.1 +violated +35 +28 +7 +0 +5 +audited\n$/);
  expect((await command('SOC 2', '--output', 'csv')).out).toMatch(/\r\nSOC 2,CC6.1,violated,35,28,7,0,5,audited,/);
  expect((await command('SOC 2', '--output', 'html')).out).toContain('<td>Violated</td><td class="n">35</td><td class="n">28</td>');
  expect(JSON.parse((await command('SOC 2', '--output', 'json', '--since', '1h')).out)).toMatchObject({ framework: 'SOC 2', traces: 40 });
  expect((await command('SOC 3')).code).toBe(2);

  // Editing or deleting a rule removes nothing from a report, and adds nothing of the past to another.
  const [{ id } = { id: '' }] = (await betrace.json<{ readonly rules: readonly { readonly id: string }[] }>('GET', '/v1/rules')).body.rules;
  const figures = { outcome: 'violated', traces_in_scope: 35, passed: 28, violated: 7, not_looked_at: 5 };
  expect((await betrace.json('PATCH', `/v1/rules/${id}`, { controls: [{ framework: 'SOC 3', control: '2' }] })).status).toBe(200);
  const moved = await betrace.json<Report>('GET', '/v1/compliance/SOC%203');
  expect(moved.body.controls).toMatchObject([
    { control: '2', outcome: 'nothing_in_scope', traces_in_scope: 0, violated: 0, not_looked_at: 40 },
  ]);
  expect((await reported(figures)).controls).toMatchObject([{ rules: [{ id, names_control: false, version: 2 }] }]);
  expect((await betrace.json('DELETE', `/v1/rules/${id}`)).status).toBe(204);
  expect((await reported(figures)).controls).toMatchObject([{ rules: [{ id, deleted: true }] }]);
  expect((await command()).out).toMatch(/\nSOC 2 +0 +0\n$/);
});
