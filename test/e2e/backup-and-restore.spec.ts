import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { bundledCode } from '../harness/bundle.js';
import { REPOSITORY } from '../harness/repository.js';
import { missing, shell } from '../harness/shell.js';

const absent = await missing('curl', 'jq');
if (absent.length > 0) process.stderr.write(`SKIPPED: backup and restore, because this machine has no ${absent.join(' and ')}\n`);

const BACKUP = 'curl -sS http://localhost:12011/v1/rules > rules-backup.json';
const RESTORE = `jq -c '.rules[]' rules-backup.json | while read -r rule; do
  curl -sS -o /dev/null -w '%{http_code} ' -X POST http://localhost:12011/v1/rules \\
    -H "Content-Type: application/json" \\
    -d "$rule"
done`;

(absent.length > 0 ? describe.skip : describe)("the guide's backup and restore of rules", () => {
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  let first: BeTrace;
  let second: BeTrace;

  beforeAll(async () => {
    folder = await storageFolder();
    [first, second] = await Promise.all([BeTrace.start(), BeTrace.start()]);
    const rules = [
      { name: 'slow-requests', expression: 'span.duration > 1s', severity: 'HIGH', tags: ['performance'] },
      { name: 'quoted', expression: 'span.name == "it\'s \\"quoted\\"\\n"', severity: 'LOW', description: 'Üñï — "quotes" and \\ slashes' },
      { name: 'off', expression: 'span.status == "error"', severity: 'CRITICAL', enabled: false, message: 'failed' },
    ];
    for (const rule of rules) expect((await first.json('POST', '/v1/rules', rule)).status).toBe(201);
  });
  afterAll(async () => {
    await Promise.all([first.stop(), second.stop()]);
    await folder.remove();
  });

  const on = (betrace: BeTrace, script: string) => shell(script.replaceAll('http://localhost:12011', betrace.url), folder.path);
  const rulesOf = async (betrace: BeTrace) =>
    (await betrace.json<{ rules: Record<string, unknown>[] }>('GET', '/v1/rules')).body.rules.map(
      ({ created_at: _created, updated_at: _updated, version: _version, ...rule }) => rule,
    );

  it('restores onto an empty server', async () => {
    await on(first, BACKUP);
    expect(await on(second, RESTORE)).toBe('201 201 201 ');
    expect(await rulesOf(second)).toEqual(await rulesOf(first));
  });

  it('changes nothing on a server with the same rules', async () => {
    const before = (await first.json('GET', '/v1/rules')).body;
    expect(await on(first, RESTORE)).toBe('200 200 200 ');
    expect((await first.json('GET', '/v1/rules')).body).toEqual(before);
  });

  it('restores with the script of the image, all rules together or none', async () => {
    await on(first, BACKUP);
    const bundle = await bundledCode();
    const script = `BETRACE_HOME=${bundle} BETRACE_URL=http://localhost:12011 ${REPOSITORY}/deploy/docker/restore-rules.sh`;
    const third = await BeTrace.start();
    try {
      await on(third, `PATH=${dirname(process.execPath)}:$PATH ${script} rules-backup.json`);
      expect(await rulesOf(third)).toEqual(await rulesOf(first));
      await on(third, `jq '.rules[1].expression = "span.nothing"' rules-backup.json > wrong.json`);
      await expect(on(third, `PATH=${dirname(process.execPath)}:$PATH ${script} wrong.json`)).rejects.toThrow();
      expect(await rulesOf(third)).toEqual(await rulesOf(first));
    } finally {
      await third.stop();
    }
  });

  it('restores a rule that changed since', async () => {
    await first.json('PATCH', '/v1/rules/slow-requests', { expression: 'span.duration > 9s', enabled: false });
    expect(await on(first, RESTORE)).toBe('200 200 200 ');
    expect((await first.json('GET', '/v1/rules/slow-requests')).body).toMatchObject({ expression: 'span.duration > 1s', enabled: true });
  });
});
