import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const TIMEOUT_MS = 60_000;
/** The rules and violations; the spans and the positions of their evaluators stay. */
const BACKED_UP = /^(store|betrace\.rules)\.db/;

/** Store and rules log are restored from a backup that is older than the spans log: the rule sets in between are lost. */
describe('a backup that is older than the spans log', () => {
  let betrace: BeTrace | undefined;
  let folder: Awaited<ReturnType<typeof storageFolder>> | undefined;
  afterEach(async () => {
    await betrace?.kill();
    await folder?.remove();
  });

  const copy = async (from: string, to: string) => {
    await mkdir(to, { recursive: true });
    for (const file of await readdir(to)) if (BACKED_UP.test(file)) await rm(join(to, file));
    for (const file of await readdir(from)) if (BACKED_UP.test(file)) await cp(join(from, file), join(to, file));
  };
  const ready = async (of: BeTrace) => {
    const answer = await fetch(`${of.url}/ready`);
    return { status: answer.status, text: await answer.text() };
  };
  const start = async (path: string) => {
    betrace = await BeTrace.spawn({ env: { BETRACE_STORAGE_PATH: path, BETRACE_TRACE_LATE_WINDOW: '30m' } });
    const started = betrace;
    // Ready or not.
    await eventually('an answer', async () => (await ready(started)).text, TIMEOUT_MS);
    return started;
  };
  const put = (of: BeTrace, id: string, name: string) =>
    of.json('PUT', `/v1/rules/${id}`, { name: id, expression: `span.name == "${name}"`, severity: 'HIGH' });
  const send = async (of: BeTrace, id: string, name: string) => {
    const span = { trace_id: id.padStart(32, '5'), span_id: id.padStart(16, '5'), name, start_time: 0, duration: 1 };
    expect((await of.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
  };
  const found = async (of: BeTrace) => {
    const { body } = await of.json<{ violations: { rule_id: string; trace_id: string }[] }>('GET', '/v1/violations?limit=100');
    return body.violations.map(({ rule_id, trace_id }) => `${rule_id} ${trace_id.replace(/^5+/, '')}`).sort();
  };

  it('judges no span by rules that did not exist, reports it, and continues when the operator decides', async () => {
    folder = await storageFolder();
    const { path } = folder;
    const backup = `${path}.backup`;
    try {
      let one = await start(path);
      expect((await put(one, 'first', 'a')).status).toBe(201);
      expect(await one.stop()).toBe(0);
      await copy(path, backup);

      one = await start(path);
      for (const id of ['second', 'third']) expect((await put(one, id, 'b')).status).toBe(201);
      // They are open until the end: a late span may come.
      await send(one, '1', 'c');
      await one.json('POST', '/v1/settle?timeout=60s');
      await send(one, '2', 'c');
      await one.kill();
      await copy(backup, path);

      one = await start(path);
      const told = await eventually(
        'the missing rule set',
        async () => {
          const { status, text } = await ready(one);
          return status === 503 && text.includes('BT_LOG_RULE_SET_MISSING') ? text : undefined;
        },
        TIMEOUT_MS,
      );
      expect(told).toContain('Rule set 3');
      expect(told).toContain('/v1/rules/lost-sets/replace');
      expect(one.logs()).toContain('rule sets 2 to 3, which neither the store nor the rules log has');
      for (const id of ['x', 'y', 'z']) expect((await put(one, id, 'c')).status).toBe(201);
      await send(one, '3', 'c');
      expect((await ready(one)).status).toBe(503);
      expect(await found(one)).toEqual([]);

      expect((await one.json('POST', '/v1/rules/lost-sets/replace')).body).toEqual({ replaced: [2, 3] });
      await eventually('readiness', async () => ((await ready(one)).status === 200 ? true : undefined), TIMEOUT_MS);
      expect((await one.json('POST', '/v1/settle?timeout=60s')).status).toBeLessThan(300);
      // Traces whose rules are lost, and that can still change, are judged by the current ones, as the operator requested.
      expect(await found(one)).toEqual(['x 1', 'x 2', 'x 3', 'y 1', 'y 2', 'y 3', 'z 1', 'z 2', 'z 3']);
      expect((await one.json('POST', '/v1/rules/lost-sets/replace')).body).toEqual({ replaced: [] });
    } finally {
      await rm(backup, { recursive: true, force: true });
    }
  });
});
