import { expect, it } from '@jest/globals';
import pg from 'pg';
import { backupLines, openStore } from '../../libs/store/src/index.js';
import { describeStore } from '../../libs/store/src/store.contract.js';
import { eventually } from '../harness/eventually.js';
import { TcpLink } from '../harness/services/tcp-link.js';
import { describePostgres } from './describe-postgres.js';

const TIMEOUT_MS = 60_000;

await describePostgres('the store', (emptyUrl, url) => {
  describeStore('PostgreSQL', async () => openStore({ kind: 'postgres', url: await emptyUrl(), connections: 4 }));

  const rule = {
    name: 'A',
    description: '',
    expression: 'span.is_root',
    severity: 'LOW' as const,
    tags: [],
    enabled: true,
    message: null,
    onError: 'no_match' as const,
  };

  it('migrates once when several processes start at the same time, and keeps epochs in one sequence', async () => {
    const empty = await emptyUrl();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore({ kind: 'postgres', url: empty, connections: 2 })));
    await Promise.all(stores.flatMap((store, i) => [1, 2, 3].map((n) => store.putRule({ ...rule, id: `r${i}-${n}` }, n))));
    const epochs = await stores[3]!.unpublishedEpochs();
    expect(epochs.map(({ epoch }) => epoch)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    await Promise.all(stores.map((store) => store.close()));
  });

  it('has time to migrate a large database, and to wait for another process that does', async () => {
    const own = await emptyUrl();
    // A second exceeds these limits, as a migration of millions of rows exceeds 30 s.
    const settings = { kind: 'postgres', url: own, connections: 2, statementMs: 200, answerMs: 300 } as const;
    const other = new pg.Client(own);
    await other.connect();
    await other.query('SELECT pg_advisory_lock(1113937001)');
    const opened = openStore(settings);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await other.end();
    const store = await opened;
    // These limits are shorter than a pause of the machine.
    expect(await eventually('an answer', () => store.rules(), TIMEOUT_MS)).toEqual([]);
    await store.close();
  });

  it('is backed up whole when its lines are not read for longer than a transaction may be idle', async () => {
    const settings = { kind: 'postgres', url: await emptyUrl(), connections: 2, idleMs: 300 } as const;
    const { idleMs: _, ...patient } = settings;
    const store = await openStore(patient);
    await store.putRule({ ...rule, id: 'a' }, 1);
    await store.close();
    const lines = backupLines(settings, 1);
    const taken = [(await lines.next()).value as string];
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    for await (const line of lines) taken.push(line);
    expect(JSON.parse(taken.at(-1)!)).toMatchObject({ end: true, rows: { rules: 1 } });
  });

  it('writes a rule with its version, epoch and outbox record, or nothing', async () => {
    const own = await emptyUrl();
    const store = await openStore({ kind: 'postgres', url: own, connections: 2 });
    await store.putRule({ ...rule, id: 'a' }, 1);
    const before = [await store.rules(), await store.ruleVersions('a'), await store.unpublishedEpochs()];
    // The last statement of the transaction fails, as if the server had crashed before it.
    const client = new pg.Client(own);
    await client.connect();
    await client.query('ALTER TABLE epochs ADD CONSTRAINT no_more CHECK (epoch < 2)');
    await expect(store.putRule({ ...rule, id: 'a', message: 'changed' }, 2)).rejects.toMatchObject({ code: 'BT_STORE_FAILED' });
    await expect(store.putRule({ ...rule, id: 'b' }, 2)).rejects.toMatchObject({ code: 'BT_STORE_FAILED' });
    await expect(store.deleteRule('a', 2)).rejects.toMatchObject({ code: 'BT_STORE_FAILED' });
    expect([await store.rules(), await store.ruleVersions('a'), await store.unpublishedEpochs()]).toEqual(before);
    await client.query('ALTER TABLE epochs DROP CONSTRAINT no_more');
    await client.end();
    expect(await store.putRule({ ...rule, id: 'b' }, 3)).toMatchObject({ version: 1 });
    await store.close();
  });

  it('reports which table was emptied or dropped while BeTrace was down', async () => {
    const own = await emptyUrl();
    const reopened = async (sql: string) => {
      const client = new pg.Client(own);
      await client.connect();
      await client.query(sql);
      await client.end();
      const store = await openStore({ kind: 'postgres', url: own, connections: 2 });
      return store.rules().finally(() => store.close());
    };
    const store = await openStore({ kind: 'postgres', url: own, connections: 2 });
    await store.putRule({ ...rule, id: 'a' }, 1);
    await store.check();
    await store.close();
    await expect(reopened('TRUNCATE epochs')).rejects.toThrow(
      /BT_STORE_TABLE_EMPTIED: Another program emptied table epochs of the database postgres:/,
    );
    expect(await reopened("DELETE FROM filled_tables WHERE name = 'epochs'")).toHaveLength(1);
    await expect(reopened('DROP TABLE exports')).rejects.toThrow(/BT_STORE_CORRUPT.*table exports/);
    await expect(reopened('TRUNCATE migrations')).rejects.toThrow(/BT_STORE_CORRUPT.*table migrations/);
  });

  it('reports content errors as permanent', async () => {
    const store = await openStore({ kind: 'postgres', url: await emptyUrl(), connections: 2 });
    const row = {
      id: 'v',
      status: 'open' as const,
      ruleId: 'r',
      ruleName: 'r',
      severity: 'LOW',
      traceId: 't',
      wireTraceId: 't',
      spanId: 's',
    };
    const violation = { ...row, service: 'x', timestampMs: 1, firstOffset: 1, record: '{}' };
    const keep = (revision: number) => store.keep({ reader: 'api', partition: 0, position: 1, violations: [{ ...violation, revision }] });
    await expect(keep(2 ** 40)).rejects.toMatchObject({ code: 'BT_STORE_REFUSED', retryable: false });
    expect(await store.position('api', 0)).toBe(0);
    await keep(1);
    await store.close();
  });

  it('is unavailable with the address, without the password', async () => {
    const away = openStore({ kind: 'postgres', url: 'postgres://betrace:topsecret@127.0.0.1:1/none' });
    await expect(away).rejects.toMatchObject({ code: 'BT_STORE_UNAVAILABLE', retryable: true, status: 503 });
    await expect(away).rejects.toThrow('postgres://betrace@127.0.0.1:1/none');
    await expect(away).rejects.not.toThrow('topsecret');
  });

  it('is unavailable while its privileges are revoked, and works when they return', async () => {
    const own = new URL(await emptyUrl());
    const owner = new pg.Client(own.href);
    await owner.connect();
    const schema = String((await owner.query('SELECT current_schema() AS schema')).rows[0].schema);
    const role = `limited_${schema}`;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'limited'; GRANT ALL ON SCHEMA ${schema} TO ${role}`);
    own.username = role;
    own.password = 'limited';
    const store = await openStore({ kind: 'postgres', url: own.href, connections: 1 });
    try {
      await store.putRule({ ...rule, id: 'a' }, 1);
      await owner.query(`REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role}`);
      await expect(store.rules()).rejects.toMatchObject({ code: 'BT_STORE_UNAVAILABLE', retryable: true, status: 503 });
      await owner.query(`GRANT ALL ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
      expect(await store.rules()).toHaveLength(1);
    } finally {
      await store.close();
      await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
      await owner.end();
    }
  });

  it('continues after its connections were cut', async () => {
    const store = await openStore({ kind: 'postgres', url: await emptyUrl(), connections: 2 });
    await store.putRule({ ...rule, id: 'a' }, 1);
    const client = new pg.Client(url);
    await client.connect();
    await client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'betrace' AND pid <> pg_backend_pid()",
    );
    await client.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await eventually('the rules', () => store.rules(), TIMEOUT_MS)).toHaveLength(1);
    await store.close();
  });

  it("continues after the database's machine has failed silently", async () => {
    const address = new URL(await emptyUrl());
    const link = await TcpLink.to(Number(address.port));
    address.port = String(link.port);
    const store = await openStore({ kind: 'postgres', url: address.href, connections: 2, answerMs: 6_000 });
    try {
      await store.putRule({ ...rule, id: 'a' }, 1);
      // Both connections are open.
      await Promise.all([store.rules(), store.rules()]);
      link.strand();
      // In the middle of a transaction too: its connection is closed, without a rollback.
      const unavailable = { code: 'BT_STORE_UNAVAILABLE', retryable: true };
      const refused = await Promise.allSettled([store.putRule({ ...rule, id: 'b' }, 2), store.rules()]);
      expect(refused).toMatchObject(refused.map(() => ({ status: 'rejected', reason: unavailable })));
      expect(await store.putRule({ ...rule, id: 'b' }, 3)).toMatchObject({ version: 1 });
      expect(await store.rules()).toHaveLength(2);
    } finally {
      await store.close();
      await link.stop();
    }
  });

  it('does not wait for the locks of a process whose machine failed within a transaction', async () => {
    const own = await emptyUrl();
    const address = new URL(own);
    const link = await TcpLink.to(Number(address.port));
    address.port = String(link.port);
    const gone = await openStore({ kind: 'postgres', url: address.href, connections: 2, idleMs: 500 });
    const store = await openStore({ kind: 'postgres', url: own, connections: 2 });
    const row = { ruleId: 'r', ruleName: 'r', severity: 'LOW', traceId: 't', wireTraceId: 't', spanId: 's', service: 'x', record: '{}' };
    const keep = (to: typeof store, id: string) => {
      const violation = { ...row, id, revision: 1, status: 'open' as const, timestampMs: 1, firstOffset: 1 };
      return to.keep({ reader: id, partition: 0, position: 1, violations: [violation] });
    };
    try {
      await eventually('a violation', () => keep(gone, 'before').then(() => true), TIMEOUT_MS);
      let lost = 0;
      // Until one is in the middle of a transaction.
      for (let round = 0; lost === 0 && round < 50; round++) {
        let isGone = false;
        const working = async (): Promise<void> => {
          for (let n = 0; !isGone; n++) await keep(gone, `${round} ${n}`).catch(() => lost++);
        };
        const work = working();
        await new Promise((resolve) => setTimeout(resolve, 20 + ((7 * round) % 50)));
        link.hangs = isGone = true;
        const since = performance.now();
        await keep(store, `other ${round}`);
        expect(performance.now() - since).toBeLessThan(30_000);
        link.hangs = false;
        await work;
      }
      expect(lost).toBeGreaterThan(0);
    } finally {
      link.hangs = false;
      await Promise.all([gone.close(), store.close()]);
      await link.stop();
    }
  });

  it('continues when its connections are repeatedly cut within transactions', async () => {
    const store = await openStore({ kind: 'postgres', url: await emptyUrl(), connections: 8 });
    const client = new pg.Client(url);
    await client.connect();
    let cutting = true;
    const refused: unknown[] = [];
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let n = 0; cutting; n++) {
        await store.exported('tempo', new Map([[writer, n]]), []).catch((error: unknown) => refused.push(error));
      }
    });
    for (let cut = 0; cut < 40; cut++) {
      await client.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'betrace' AND pid <> pg_backend_pid()",
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    cutting = false;
    await Promise.all(writers);
    await client.end();
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.filter((error) => (error as { retryable?: boolean }).retryable !== true)).toEqual([]);
    // The last cut may have left closed connections.
    await eventually('a write', () => store.exported('tempo', new Map([[0, 77]]), []).then(() => true), TIMEOUT_MS);
    expect(await store.position('tempo', 0)).toBe(77);
    await store.close();
  });
});
