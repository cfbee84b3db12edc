import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

interface Line {
  readonly level: string;
  readonly event: string;
  readonly subject?: string;
  readonly who: string;
  readonly from: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly before?: { readonly severity?: string; readonly version?: number };
  readonly after?: { readonly severity?: string; readonly version?: number };
}

describe('the audit log', () => {
  let folder: string;
  let betrace: BeTrace;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'betrace-audit-'));
    const key = (name: string, scope: string) => ({
      name,
      sha256: createHash('sha256').update(`key of ${name}`).digest('hex'),
      scopes: [scope],
    });
    await writeFile(
      join(folder, 'keys.json'),
      JSON.stringify({ keys: [key('ann', 'rules:write'), key('bob', 'read'), key('sam', 'ingest')] }),
    );
    // The audit log does not depend on the log level.
    const env = { BETRACE_API_KEYS_FILE: join(folder, 'keys.json'), LOG_LEVEL: 'error' };
    betrace = await BeTrace.start({ args: ['--test-mode', '--host=127.0.0.1'], env });
  });
  afterAll(async () => {
    await betrace?.stop();
    await rm(folder, { recursive: true });
  });

  const lines = (): readonly Line[] =>
    betrace
      .logs()
      .split('\n')
      .filter((line) => line.includes('"audit":true'))
      .map((line) => JSON.parse(line) as Line);
  const ask = async (name: string | undefined, method: string, path: string, body?: unknown) => {
    const answer = await fetch(betrace.url + path, {
      method,
      headers: {
        ...(name === undefined ? {} : { 'x-api-key': `key of ${name}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  /** The audit lines that `work` causes. */
  const during = async (count: number, work: () => Promise<unknown>): Promise<readonly Line[]> => {
    const before = lines().length;
    await work();
    return eventually('the lines', async () => (lines().length - before >= count ? lines().slice(before) : undefined));
  };
  const rule = { id: 'slow', name: 'slow', expression: 'span.duration > 1s', severity: 'HIGH' };

  it('has a line for each change: who, from where, what, before and after', async () => {
    const [created] = await during(1, () => ask('ann', 'POST', '/v1/rules', rule));
    expect(created).toMatchObject({
      level: 'info',
      event: 'rule.created',
      subject: 'slow',
      who: 'ann',
      from: '127.0.0.1',
      method: 'POST',
      path: '/v1/rules',
      status: 201,
    });
    expect([created!.before, created!.after]).toEqual([undefined, expect.objectContaining({ severity: 'HIGH', version: 1 })]);
    const [updated] = await during(1, () => ask('ann', 'PATCH', '/v1/rules/slow', { severity: 'LOW' }));
    expect(updated).toMatchObject({
      event: 'rule.updated',
      before: { severity: 'HIGH', version: 1 },
      after: { severity: 'LOW', version: 2 },
    });
    const [replaced] = await during(1, () => ask('ann', 'PUT', '/v1/rules/slow', { ...rule, severity: 'MEDIUM' }));
    expect(replaced).toMatchObject({ event: 'rule.updated', before: { severity: 'LOW' }, after: { severity: 'MEDIUM' } });
    const [restored] = await during(1, () => ask('ann', 'POST', '/v1/rules/slow/versions/1/restore'));
    expect(restored).toMatchObject({ event: 'rule.updated', after: { severity: 'HIGH', version: 4 } });
    const rules = [
      { ...rule, severity: 'CRITICAL' },
      { ...rule, id: 'new', name: 'new' },
    ];
    const imported = await during(2, () => ask('ann', 'POST', '/v1/rules/import', { rules }));
    expect(imported.map(({ event, subject }) => [event, subject])).toEqual([
      ['rule.updated', 'slow'],
      ['rule.created', 'new'],
    ]);
    const [deleted] = await during(1, () => ask('ann', 'DELETE', '/v1/rules/new'));
    expect([deleted!.event, deleted!.before, deleted!.after]).toEqual(['rule.deleted', expect.objectContaining({ version: 1 }), undefined]);
    const [muted] = await during(1, () => ask('ann', 'POST', '/v1/mutes', { rule_id: 'slow' }));
    expect(muted).toMatchObject({ event: 'mute.created', who: 'ann' });
    const [ended] = await during(1, () => ask('ann', 'DELETE', `/v1/mutes/${muted!.subject}`));
    expect(ended).toMatchObject({ event: 'mute.ended', subject: muted!.subject });
    const spans = [{ trace_id: 't', span_id: 's', name: 'a', start_time: 0, duration: 2e9 }];
    expect((await ask('sam', 'POST', '/v1/spans', { spans })).status).toBe(202);
    const { body } = await ask('bob', 'GET', '/v1/violations?settled=true');
    const [{ id }] = body['violations'] as [{ id: string }];
    const [marked] = await during(1, () => ask('ann', 'POST', `/v1/violations/${id}/marks`, { kind: 'acknowledged', note: 'known' }));
    expect(marked).toMatchObject({ event: 'violation.acknowledged', subject: id, after: { note: 'known' } });
  });

  it('has a line for each refused change, and none for requests without changes', async () => {
    const before = lines().length;
    await ask('ann', 'POST', '/v1/rules/import', { rules: [{ ...rule, id: 'dry', name: 'dry' }], dry_run: true });
    await ask('ann', 'POST', '/v1/rules/validate', { expression: 'span.duration > 1s' });
    await ask('ann', 'GET', '/v1/rules');
    const { body } = await ask('ann', 'GET', '/v1/rules/slow');
    await ask('ann', 'PUT', '/v1/rules/slow', { ...rule, severity: body['severity'] });
    await ask('ann', 'PATCH', '/v1/rules/nobody', { severity: 'LOW' });
    await ask('sam', 'POST', '/v1/spans', { spans: [] });
    await ask('sam', 'GET', '/v1/rules');
    const refused = await during(3, async () => {
      await ask('bob', 'DELETE', '/v1/rules/slow?why=secret');
      await ask(undefined, 'PATCH', '/v1/rules/slow', { severity: 'LOW' });
      await ask('sam', 'POST', '/v1/rules/lost-sets/replace');
    });
    expect(lines().length).toBe(before + 3);
    expect(refused.map(({ level, event, who, path, status }) => [level, event, who, path, status])).toEqual([
      ['warn', 'refused', 'bob', '/v1/rules/slow', 403],
      ['warn', 'refused', 'anonymous', '/v1/rules/slow', 401],
      ['warn', 'refused', 'sam', '/v1/rules/lost-sets/replace', 403],
    ]);
    expect(betrace.logs()).not.toContain('key of');
  });
});
