import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillPostgres, fillSqlite } from '../../bench/fixtures/many-violations.js';
import { BeTrace, storageFolder } from '../harness/betrace.js';
import { startPostgres } from '../harness/services/postgres.js';
import type { MemoryCase } from './memory-case.js';

const COUNT = 10_000_000;
const WARM_UP = 100;
/** Those of the warm-up, five times as many, and the last one. */
const STEPS = 6 * WARM_UP + 1;
/** Without a limit V8 leaves garbage in free memory, and that grows with the export. */
const NODE_OPTIONS = '--max-old-space-size=256';
/** The garbage that V8 has not collected yet differs from one moment to the next. */
const SLACK_BYTES = 40_000_000;
const NEW_LINE = 10;

type Database = 'SQLite' | 'PostgreSQL';

/** The peak of a process's resident memory (bytes) since the last call: Linux resets it when 5 is written (proc(5)). */
function residentBytes({ process: { pid } }: BeTrace): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return Number(kilobytes) * 1_024;
}

/** A started process answers an export of all; a step reads a part of it. After the last one its lines are counted. */
async function exportOf(database: Database): Promise<{ readonly step: () => Promise<void>; readonly bytes: () => number }> {
  const folder = await storageFolder();
  const postgres = database === 'PostgreSQL' ? await startPostgres() : undefined;
  if (typeof postgres === 'string') throw new Error(postgres);
  const env = { BETRACE_STORAGE_PATH: folder.path, LOG_LEVEL: 'error', NODE_OPTIONS, ...(postgres && { DATABASE_URL: postgres.url }) };
  await (await BeTrace.start({ env })).stop();
  const many = { count: COUNT, now: Date.now(), only: ['violations_by_time'] };
  if (postgres === undefined) fillSqlite(join(folder.path, 'store.db'), many);
  else await fillPostgres(postgres.url, many);
  const betrace = await BeTrace.start({ env });
  const before = residentBytes(betrace);
  const began = performance.now();
  const answer = await fetch(`${betrace.url}/v1/violations/export?format=ndjson&status=all`);
  const reader = answer.body!.getReader();
  let [lines, steps] = [0, 0];
  let firstByteMs: number | undefined;
  const readUpTo = async (wanted: number): Promise<void> => {
    while (lines < wanted) {
      const { done, value } = await reader.read();
      firstByteMs ??= performance.now() - began;
      if (done) return;
      for (const byte of value) if (byte === NEW_LINE) lines++;
    }
  };
  const end = async (): Promise<void> => {
    await readUpTo(Number.POSITIVE_INFINITY);
    const seconds = (performance.now() - began) / 1_000;
    const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
    process.stderr.write(
      `  ${lines} lines in ${seconds.toFixed(0)} s, first byte after ${firstByteMs?.toFixed(0)} ms; resident before the export at most ${megabytes(before)} MB\n`,
    );
    await betrace.stop();
    await postgres?.stop();
    await folder.remove();
    if (lines !== COUNT) throw new Error(`the export has ${lines} lines`);
  };
  return {
    bytes: () => residentBytes(betrace),
    step: async () => {
      steps++;
      await (steps === STEPS ? end() : readUpTo(Math.floor((COUNT / STEPS) * steps)));
    },
  };
}

/** A quarter of an hour and 20 GB of disk each. */
export const cases: readonly MemoryCase[] = (['SQLite', 'PostgreSQL'] as const).map((database) => ({
  name: `the process that exports ten million violations from ${database}`,
  warmUp: WARM_UP,
  whenNamed: 'whole-export',
  slackBytes: SLACK_BYTES,
  begin: () => exportOf(database),
}));
