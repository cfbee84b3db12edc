// Runs only when named (`npm run bench -- violation-list`): a minute or two and 3 GB of disk for each database.
import { join } from 'node:path';
import { BeTrace, storageFolder } from '../../test/harness/betrace.js';
import { startPostgres } from '../../test/harness/services/postgres.js';
import type { BenchCase, BenchResult } from '../case.js';
import { createRules } from '../fixtures/betrace-process.js';
import { fillPostgres, fillSqlite } from '../fixtures/many-violations.js';
import { RequestSender } from '../fixtures/request-sender.js';

const COUNT = 1_000_000;
const ROUNDS = 300;
/** Rounds of each list before the measurement: they compile code and fill caches. */
const WARM_ROUNDS = 30;
/** Requests of 512 spans. */
const REQUESTS_PER_SECOND = 4;
const TARGET_MS = 20;
const FIRST_BYTE_TARGET_MS = 200;
const WIDE = { headers: { connection: 'keep-alive' } };

type Database = 'SQLite' | 'PostgreSQL';

/** Each filter alone, and the combinations that many violations match. */
const lists = (now: number): Readonly<Record<string, string>> => ({
  'no filter': '',
  'any status': 'status=all',
  retracted: 'status=retracted',
  rule: 'rule_id=rule-7',
  'rule, any status': 'rule_id=rule-7&status=all',
  service: 'service=service-3',
  severity: 'severity=CRITICAL',
  'severities, any status': 'severity=CRITICAL,HIGH&status=all',
  group: 'group_id=grp-607',
  'group, any status': 'group_id=grp-607&status=all',
  'rule and service': 'rule_id=rule-7&service=service-3',
  'rule and severity': 'rule_id=rule-7&severity=HIGH',
  'service and severity': 'service=service-3&severity=HIGH',
  'rule, service and severity, any status': 'rule_id=rule-7&service=service-3&severity=HIGH&status=all',
  'trace id': 'trace_id=trace-77777',
  'span id': 'span_id=0000000000012fd1',
  'a day': `start_time=${now - 86_400_000}&end_time=${now}`,
  'a day of a service': `service=service-3&start_time=${now - 86_400_000}&end_time=${now}`,
  'an hour, four days ago': `start_time=${now - 345_600_000}&end_time=${now - 342_000_000}`,
});

/** Text searches, which no index serves, so that pages end early (decision 0058): a text in all violations, in a few, and within an hour. */
const searches = (now: number): Readonly<Record<string, string>> => ({
  'q of all': 'q=checkout',
  'q of few': 'q=trace-77777',
  'q of all in an hour': `q=checkout&start_time=${now - 345_600_000}&end_time=${now - 342_000_000}`,
});
const SEARCH_ROUNDS = 100;

interface Figures {
  readonly search: BenchResult;
  readonly list: BenchResult;
  readonly firstByte: BenchResult;
}

async function measure(database: Database): Promise<Figures> {
  const folder = await storageFolder();
  const postgres = database === 'PostgreSQL' ? await startPostgres() : undefined;
  if (typeof postgres === 'string') throw new Error(postgres);
  const env = {
    BETRACE_STORAGE_PATH: folder.path,
    LOG_LEVEL: 'error',
    ...(postgres === undefined ? {} : { DATABASE_URL: postgres.url }),
  };
  const now = Date.now();
  try {
    // The first start creates the tables.
    await (await BeTrace.start({ env })).stop();
    if (postgres === undefined) fillSqlite(join(folder.path, 'store.db'), { count: COUNT, now });
    else await fillPostgres(postgres.url, { count: COUNT, now });
    const betrace = await BeTrace.start({ env });
    try {
      return await whileIngestRuns(betrace, now);
    } finally {
      await betrace.stop();
    }
  } finally {
    await postgres?.stop();
    await folder.remove();
  }
}

/** Half of the traces violate a rule, so violations are stored during the measurement. */
async function whileIngestRuns(betrace: BeTrace, now: number): Promise<Figures> {
  await createRules(betrace);
  const sender = new RequestSender(betrace.url, { patient: true });
  const ended = new AbortController();
  const sending = sender.sendSteadily(REQUESTS_PER_SECOND, ended.signal);
  try {
    let worst = { name: '', p99: 0 };
    const told: string[] = [];
    const asked = Object.entries(lists(now)).map(([name, query]) => [name, `${betrace.url}/v1/violations?limit=50&${query}`] as const);
    for (const [, url] of asked) await timesOf(url, WARM_ROUNDS);
    for (const [name, url] of asked) {
      const { p50, p99 } = await timesOf(url, ROUNDS);
      told.push(`${name} ${p50.toFixed(1)}/${p99.toFixed(1)}`);
      if (p99 > worst.p99) worst = { name, p99 };
    }
    const searched: string[] = [];
    let slowestPage = 0;
    for (const [name, query] of Object.entries(searches(now))) {
      const url = `${betrace.url}/v1/violations?limit=50&${query}`;
      const { p50, p99 } = await timesOf(url, SEARCH_ROUNDS, 0);
      const { pages, ms } = await wholeSearch(url);
      searched.push(`${name} ${p50.toFixed(1)}/${p99.toFixed(1)}, ${pages} pages in ${ms.toFixed(0)} ms`);
      slowestPage = Math.max(slowestPage, p99);
    }
    const firstByte = await firstByteOf(`${betrace.url}/v1/violations/export?format=ndjson&status=all`);
    process.stderr.write(`  p50/p99 in ms, with ${sender.spans} spans meanwhile:\n  ${told.join('\n  ')}\n`);
    return {
      list: { value: worst.p99, note: `target ${TARGET_MS}; of the slowest filter: ${worst.name}` },
      search: {
        value: slowestPage,
        note: `target ${TARGET_MS}; p50/p99 of a first page, and until 50 are found or all was looked through: ${searched.join('; ')}`,
      },
      firstByte: { value: firstByte, note: `target ${FIRST_BYTE_TARGET_MS}` },
    };
  } finally {
    ended.abort();
    await sending;
    sender.close();
  }
}

async function timesOf(url: string, rounds: number, min = 1): Promise<{ readonly p50: number; readonly p99: number }> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    const answer = await fetch(url, WIDE);
    const { violations } = (await answer.json()) as { readonly violations: readonly unknown[] };
    if (!answer.ok || violations.length < min)
      throw new Error(`${url} was answered with ${answer.status} and ${violations?.length} violations`);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(rounds * 0.5)]!, p99: times[Math.ceil(rounds * 0.99) - 1]! };
}

/** Reads pages like a client that wants 50 violations. */
async function wholeSearch(url: string): Promise<{ readonly pages: number; readonly ms: number }> {
  const start = performance.now();
  let found = 0;
  for (let [pages, cursor] = [1, '']; ; pages++) {
    const answer = await fetch(`${url}${cursor}`, WIDE);
    const { violations, next } = (await answer.json()) as { readonly violations: readonly unknown[]; readonly next?: string };
    found += violations.length;
    if (next === undefined || found >= 50) return { pages, ms: performance.now() - start };
    cursor = `&cursor=${encodeURIComponent(next)}`;
  }
}

/** The maximum of ten. */
async function firstByteOf(url: string): Promise<number> {
  let worst = 0;
  for (let round = 0; round < 10; round++) {
    const gone = new AbortController();
    const start = performance.now();
    const answer = await fetch(url, { signal: gone.signal });
    await answer.body!.getReader().read();
    worst = Math.max(worst, performance.now() - start);
    gone.abort();
  }
  return worst;
}

const measured = new Map<Database, Promise<Figures>>();
const figure = (database: Database, what: keyof Figures) => async (): Promise<BenchResult> => {
  const figures = measured.get(database) ?? measure(database);
  measured.set(database, figures);
  return (await figures)[what];
};

const all: readonly BenchCase[] = (['SQLite', 'PostgreSQL'] as const).flatMap((database) => [
  { name: `p99 of a list, a million kept, ${database}`, unit: 'ms', run: figure(database, 'list') },
  { name: `p99 of a page of a search by text, a million kept, ${database}`, unit: 'ms', run: figure(database, 'search') },
  { name: `first byte of an export, a million kept, ${database}`, unit: 'ms', run: figure(database, 'firstByte') },
]);

export const cases: readonly BenchCase[] = process.argv.includes('violation-list') ? all : [];
