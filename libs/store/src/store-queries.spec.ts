import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type KyselyPlugin, PostgresQueryCompiler, type QueryId, type RootOperationNode, SqliteQueryCompiler } from 'kysely';
import { SqlStore } from './sql-store.js';
import { openSqlite } from './sqlite/connection.js';
import type { Store } from './store.js';
import { revision } from './testing/revision.js';
import { rule } from './testing/rule.js';
import { violation } from './testing/violation.js';

/** The SQL of each method of the store, per dialect: `QUERIES=write npm test -- store-queries` writes the files. */
const fileOf = (dialect: string): string => join(import.meta.dirname, `../../../test/fixtures/store/queries.${dialect}.txt`);

const COMPILERS = { sqlite: new SqliteQueryCompiler(), postgres: new PostgresQueryCompiler() };
type Dialect = keyof typeof COMPILERS;
const DIALECTS = Object.keys(COMPILERS) as Dialect[];

const FILTER = {
  ruleId: 'slow',
  severity: ['HIGH', 'LOW'],
  service: 'shop',
  status: 'open',
  startTime: 1,
  endTime: 9,
  text: 'pay',
} as const;
const PAGE = { limit: 2 };
const FINGERPRINT = { fingerprint: '1:0', operation: 'GET /', errorKind: '' } as const;
const MARK = { kind: 'note', at: 5, by: 'ada', note: 'known' } as const;
const MUTE = { id: 'm', ruleId: 'slow', at: 5, by: 'ada', until: 50, worseAbove: 3 } as const;
const CLOSED = [{ hour: 1, partition: 0, epoch: 1, first: 0, counts: [1, 2] }];
const PUBLISHED = { id: 'p', name: 'p', version: 3, expression: 'span.is_root', severity: 'LOW' } as const;

type Queried = Exclude<keyof Store, 'migrate' | 'filesLost' | 'stopping' | 'close'>;

/** One call of each method, on the state that earlier calls left. A method that is not listed does not compile. */
const CALLS: Readonly<Record<Queried, (store: Store) => Promise<unknown>>> = {
  newerMigrations: (store) => store.newerMigrations(),
  adoptRules: (store) => store.adoptRules([PUBLISHED], 4, 1),
  putRule: (store) => store.putRule(rule('slow', { controls: [{ framework: 'F', control: 'c' }] }), 2),
  importRules: (store) => store.importRules({ rules: [{ rule: rule('new') }], replace: true, now: 3 }),
  deleteRule: (store) => store.deleteRule('new', 4),
  rules: (store) => store.rules(),
  rule: (store) => store.rule('slow'),
  ruleVersions: (store) => store.ruleVersions('slow', { limit: 2, below: 9 }),
  ruleVersion: (store) => store.ruleVersion('slow', 1),
  ruleSet: (store) => store.ruleSet(),
  snapshotAfter: (store) => store.snapshotAfter(9),
  replaceEpochs: (store) => store.replaceEpochs([2]),
  forkEpochs: (store) => store.forkEpochs(9, 12),
  republish: (store) => store.republish(new Set([1])),
  unpublishedEpochs: (store) => store.unpublishedEpochs(),
  epochPublished: (store) => store.epochPublished(1),
  latestEpoch: (store) => store.latestEpoch(),
  keep: (store) =>
    store.keep({
      reader: 'api',
      partition: 0,
      position: 2,
      violations: [violation('a', { timestampMs: 5, text: 'pay', fingerprint: FINGERPRINT }), violation('b')],
    }),
  violations: (store) => store.violations(FILTER, { ...PAGE, countAll: true }),
  violationsFrom: (store) => store.violationsFrom({ traceId: 't' }, PAGE),
  violationCounts: (store) => store.violationCounts(FILTER, { start: 0, step: 5, buckets: 2, groupBy: 'ruleId', groups: 3 }),
  ruleViolations: (store) => store.ruleViolations(0),
  violation: (store) => store.violation('a'),
  violatingTraces: (store) => store.violatingTraces('slow', ['0'.repeat(32)]),
  violationGroups: (store) => store.violationGroups({ ruleId: 'slow', state: 'new', acknowledged: false, muted: false }, PAGE, 9),
  violationGroup: (store) => store.violationGroup('g', 9),
  regroup: (store) => store.regroup(2, () => FINGERPRINT),
  addMark: (store) => store.addMark('a', MARK),
  marks: (store) => store.marks('a', { limit: 2, below: 9 }),
  addMute: (store) => store.addMute(MUTE, 9),
  mutes: (store) => store.mutes({ ruleId: 'slow', activeAt: 9 }, PAGE),
  endMute: (store) => store.endMute('m', 9, 'ada'),
  violationSequence: (store) => store.violationSequence(),
  violationsSince: (store) => store.violationsSince({ status: 'open' }, { after: 0, until: 9, limit: 2 }),
  violationRevisions: (store) => store.violationRevisions('a'),
  position: (store) => store.position('api', 0),
  exported: (store) => store.exported('export', new Map([[0, 2]]), [revision('a', 1)]),
  exportRefused: (store) => store.exportRefused(revision('b', 1), 'size'),
  alreadyExported: (store) => store.alreadyExported([revision('a', 1)]),
  notified: (store) => store.notified('receiver', new Map([[0, 2]]), [revision('a', 1)]),
  alreadyNotified: (store) => store.alreadyNotified('receiver', [revision('a', 1)]),
  addSignatureKey: (store) => store.addSignatureKey({ id: 'k', origin: 'configured', since: 1 }),
  signatureKeysInUse: (store) => store.signatureKeysInUse(['k'], 9),
  signatureKeys: (store) => store.signatureKeys(),
  keepClosedTraces: (store) => store.keepClosedTraces(CLOSED),
  closedTraces: (store) => store.closedTraces(0, 9),
  controlledRules: (store) => store.controlledRules('F'),
  judgedRules: (store) => store.judgedRules('F', 0, 9),
  judgedTraces: (store) => store.judgedTraces({ framework: 'F', control: 'c' }, ['slow'], 0, 9),
  prune: (store) => store.prune(9),
  check: (store) => store.check(),
};

/** Records each query once, in both dialects. */
class Recorder implements KyselyPlugin {
  readonly seen: Record<Dialect, Set<string>> = { sqlite: new Set(), postgres: new Set() };

  transformQuery({ node, queryId }: { readonly node: RootOperationNode; readonly queryId: QueryId }): RootOperationNode {
    for (const dialect of DIALECTS) this.seen[dialect].add(COMPILERS[dialect].compileQuery(node, queryId).sql);
    return node;
  }

  async transformResult<T>({ result }: { readonly result: T }): Promise<T> {
    return result;
  }

  take(dialect: Dialect): readonly string[] {
    const taken = [...this.seen[dialect]];
    this.seen[dialect].clear();
    return taken;
  }
}

const recorder = new Recorder();
const texts: Record<Dialect, string> = { sqlite: '', postgres: '' };
let store: SqlStore;

beforeAll(async () => {
  const connection = openSqlite({ kind: 'sqlite' });
  store = new SqlStore({ ...connection, database: connection.database.withPlugin(recorder) });
  await store.migrate();
  for (const dialect of DIALECTS) recorder.take(dialect);
  for (const [method, call] of Object.entries(CALLS)) {
    await call(store);
    for (const dialect of DIALECTS)
      texts[dialect] += `${method}\n${recorder
        .take(dialect)
        .map((sql) => `  ${sql}\n`)
        .join('')}`;
  }
  if (process.env['QUERIES'] === 'write') for (const dialect of DIALECTS) writeFileSync(fileOf(dialect), texts[dialect]);
});
afterAll(() => store.close());

it.each(DIALECTS)('the queries of %s equal the checked-in file', (dialect) => {
  expect(texts[dialect]).toBe(readFileSync(fileOf(dialect), 'utf8'));
});

it('each method has a query', () => {
  for (const part of texts.sqlite.split(/^(?=\w)/m)) expect(part).toMatch(/^\w+\n {2}/);
});
