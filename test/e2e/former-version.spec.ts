import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { eventually } from '../harness/eventually.js';

const VERSIONS = join(import.meta.dirname, '../fixtures/versions');
/** Long retentions, so that the stored data is never pruned. */
const KEPT = { BETRACE_LOG_RETENTION: '100000h', BETRACE_VIOLATION_RETENTION: '100000h' };

interface Page {
  readonly total: number;
  readonly violations: readonly { readonly id: string; readonly rule_id: string; readonly trace_id: string }[];
}

describe('the data of a former version', () => {
  let betrace: BeTrace | undefined;
  let folder: Awaited<ReturnType<typeof storageFolder>>;
  beforeEach(async () => {
    folder = await storageFolder();
  });
  afterEach(async () => {
    await betrace?.kill();
    await folder.remove();
  });

  const start = async () => {
    betrace = await BeTrace.start({ env: { BETRACE_STORAGE_PATH: folder.path, ...KEPT } });
    return betrace;
  };
  const violations = async (of: BeTrace) => (await of.json<Page>('GET', '/v1/violations?limit=100')).body;
  const names = ({ violations }: Page) => violations.map(({ rule_id, trace_id }) => `${rule_id} ${trace_id.slice(-2)}`).sort();
  const send = async (of: BeTrace, id: string, name: string) => {
    const span = { trace_id: id.padStart(32, '0'), span_id: id.padStart(16, '0'), name, start_time: Date.now() * 1e6, duration: 2e9 };
    expect((await of.json('POST', '/v1/spans', { spans: [span] })).status).toBe(202);
  };
  const unpack = (version: string) => execFileSync('tar', ['xzf', join(VERSIONS, version, 'data.tar.gz'), '-C', folder.path]);

  it.each(readdirSync(VERSIONS).filter((name) => name !== 'README.md'))('%s is read, verified and continued', async (version) => {
    unpack(version);
    const one = await start();
    const { body: rules } = await one.json<{ rules: { id: string }[] }>('GET', '/v1/rules');
    expect(rules.rules.map(({ id }) => id).sort()).toEqual(['read-without-audit', 'slow']);
    const before = await violations(one);
    expect(names(before)).toEqual(['read-without-audit a1', 'slow a1', 'slow b2']);
    for (const { id } of before.violations) {
      expect((await one.json('POST', `/v1/violations/${id}/verify`)).body).toMatchObject({ valid: true });
    }
    await send(one, 'c3', 'read');
    const after = await eventually('the violations of a new trace', async () => {
      const page = await violations(one);
      return page.total < 5 ? undefined : page;
    });
    expect(names(after)).toEqual(['read-without-audit a1', 'read-without-audit c3', 'slow a1', 'slow b2', 'slow c3']);
  });

  it('that a newer one has migrated is used with a warning, and nothing of either is lost', async () => {
    unpack('2026-11-27');
    expect(await (await start()).stop()).toBe(0);
    // What a newer version changes in the database: a column, a table, and its note about older versions.
    const database = new DatabaseSync(join(folder.path, 'store.db'));
    database.exec(`ALTER TABLE violations ADD COLUMN later TEXT; UPDATE violations SET later = 'of the newer';
      CREATE TABLE later (id TEXT); INSERT INTO later VALUES ('x');
      INSERT INTO migrations (name, older_versions) VALUES ('9001-later', 'go on')`);
    database.close();

    const older = await start();
    const warning = /"level":"warn".*9001-later.*a newer version of BeTrace has migrated the database/;
    await eventually('the warning', async () => (warning.test(older.logs()) ? true : undefined));
    await send(older, 'c3', 'read');
    await eventually('the violations of a new trace', async () => ((await violations(older)).total < 5 ? undefined : true));
    expect((await older.json('PUT', '/v1/rules/slow', { name: 'slow', expression: 'span.duration > 5s' })).status).toBe(200);
    expect(await older.stop()).toBe(0);

    const newer = new DatabaseSync(join(folder.path, 'store.db'));
    const column = newer.prepare('SELECT later FROM violations ORDER BY later').all();
    expect(column.map(({ later }) => later)).toEqual([null, null, ...Array.from({ length: 3 }, () => 'of the newer')]);
    expect(newer.prepare('SELECT count(*) AS n FROM later').get()).toEqual({ n: 1 });
    expect(newer.prepare("SELECT passed_over FROM migrations WHERE name = '9001-later'").get()).toEqual({ passed_over: 1 });
    newer.close();
  });

  it('that a newer one has migrated incompatibly is refused, with the remedy', async () => {
    unpack('2026-11-27');
    expect(await (await start()).stop()).toBe(0);
    const database = new DatabaseSync(join(folder.path, 'store.db'));
    database.exec("INSERT INTO migrations (name) VALUES ('9001-renamed')");
    database.close();
    betrace = await BeTrace.spawn({ env: { BETRACE_STORAGE_PATH: folder.path, ...KEPT } });
    const refused = betrace;
    expect(await refused.exited()).not.toBe(0);
    expect(refused.logs()).toMatch(/BT_STORE_NEWER_SCHEMA.*9001-renamed.*Run that version/);
  });
});
