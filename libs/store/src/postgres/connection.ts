import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Connection, LockName } from '../connection.js';
import { StoreError } from '../problems.js';
import type { Schema } from '../schema.js';
import type { PostgresStoreSettings } from '../settings.js';
import { answeringPool } from './answering-pool.js';
import { escapingPool } from './escaping-pool.js';

const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;
/** The server refuses a statement before. */
const ANSWER_MS = 40_000;
/**
 * Between two statements of a transaction pass milliseconds. A machine that is gone in the middle of one would hold its locks, for which all others wait, until TCP
 * finds it out: for hours.
 */
const IDLE_MS = 15_000;
const INT8 = 20;

/** Numbers of the advisory locks: any, as long as no other program on the database takes the same. */
const LOCKS: Readonly<Record<LockName, number>> = {
  migrations: 1_113_937_001,
  rules: 1_113_937_002,
  violations: 1_113_937_003,
  closed_traces: 1_113_937_004,
};

/** Connects when the first query comes; while the database is away, queries reject BT_STORE_UNAVAILABLE. */
export function openPostgres(settings: PostgresStoreSettings): Connection {
  const place = withoutPassword(settings.url);
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.connections ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: settings.idleMs ?? IDLE_MS,
    application_name: 'betrace',
    // Offsets, epochs and Unix milliseconds are all below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // An idle connection that breaks is replaced with the next query, which reports the error.
  pool.on('error', () => undefined);
  // One that breaks in a transaction, between two of its queries, has nobody to tell: the next query is refused. Unheard, the error
  // would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const answering = answeringPool(pool, settings.answerMs ?? ANSWER_MS);
  return {
    database: new Kysely<Schema>({ dialect: new PostgresDialect({ pool: escapingPool(answering) }) }),
    stopping: answering.stopping,
    place,
    lock: async (transaction, name) => {
      await sql`select pg_advisory_xact_lock(${LOCKS[name]})`.execute(transaction);
    },
    problem: (error) => postgresProblem(error, place),
  };
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    parsed.password = '';
    parsed.search = '';
    return parsed.toString();
  } catch {
    return 'PostgreSQL';
  }
}

/**
 * Classes of SQLSTATE that pass: connection, resources, operator intervention, serialization and deadlock; and a password or privileges that
 * were changed, until an operator puts them right.
 */
const PASSING = /^(08|53|57|40|28|42501)/;
/** Of what a statement holds: data that no column takes, and more than an index or a row may have. */
const CONTENT = /^(22|54)/;
/** Of a server that was failed over to a replica, or set so: a matter of the server, which passes. */
const READ_ONLY = '25006';

function postgresProblem(error: unknown, place: string): unknown {
  // Told by its fields: errors of sockets may come from another realm than this module's `Error`.
  if (error instanceof StoreError || typeof error !== 'object' || error === null || !('message' in error)) return error;
  const state = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const values = { place, reason: String(error.message) || state };
  if (state === '53100') return new StoreError('BT_STORE_FULL', values, { cause: error });
  if ('severity' in error) return new StoreError(codeOf(state), values, { cause: error });
  // Sockets (ECONNREFUSED…), and pg's own errors about a connection, which have no code.
  const ofConnection = 'syscall' in error || /connect|terminated|timeout|closed/i.test(values.reason);
  return ofConnection ? new StoreError('BT_STORE_UNAVAILABLE', values, { cause: error }) : error;
}

function codeOf(state: string): 'BT_STORE_UNAVAILABLE' | 'BT_STORE_READ_ONLY' | 'BT_STORE_REFUSED' | 'BT_STORE_FAILED' {
  if (state === READ_ONLY) return 'BT_STORE_READ_ONLY';
  if (PASSING.test(state)) return 'BT_STORE_UNAVAILABLE';
  return CONTENT.test(state) ? 'BT_STORE_REFUSED' : 'BT_STORE_FAILED';
}
