import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { addressWithoutLogin, hasStrayLogin } from '#base';
import type { Connection, LockName } from '../connection.js';
import { StoreError } from '../problems.js';
import type { Schema } from '../schema.js';
import type { PostgresStoreSettings } from '../settings.js';
import { answeringPool } from './answering-pool.js';
import { escapingPool } from './escaping-pool.js';

const CONNECT_MS = 5_000;
const STATEMENT_MS = 30_000;
/** Longer than the server's statement timeout. */
const ANSWER_MS = 40_000;
/**
 * Statements of a transaction follow each other within milliseconds. A client machine that fails within one would hold its locks until TCP notices: for hours.
 */
const IDLE_MS = 15_000;
const INT8 = 20;

/** Numbers of the advisory locks. They are arbitrary, but no other program on the database may use the same. */
const LOCKS: Readonly<Record<LockName, number>> = {
  migrations: 1_113_937_001,
  rules: 1_113_937_002,
  violations: 1_113_937_003,
  closed_traces: 1_113_937_004,
};

/** Connects at the first query. While the database is unavailable, queries reject BT_STORE_UNAVAILABLE. */
export function openPostgres(settings: PostgresStoreSettings): Connection {
  const place = withoutPassword(settings.url);
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.connections ?? 10,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: settings.statementMs ?? STATEMENT_MS,
    idle_in_transaction_session_timeout: settings.idleMs ?? IDLE_MS,
    // A statement may take an hour (`patient`): notices a server that is gone.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'betrace',
    // int8 as a number: offsets, epochs and Unix milliseconds are below 2^53.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // The pool replaces an idle connection that breaks; the next query reports the error.
  pool.on('error', () => undefined);
  // A connection that breaks between two queries of a transaction emits an error, and the next query is rejected. Without a listener the event would end the
  // process.
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
  if (hasStrayLogin(url)) return addressWithoutLogin(url) ?? 'PostgreSQL';
  try {
    const parsed = new URL(url);
    parsed.password = '';
    parsed.search = '';
    parsed.hash = '';
    return parsed.toString();
  } catch {
    return 'PostgreSQL';
  }
}

/**
 * SQLSTATE classes of transient errors: connection, resources, operator intervention, serialization and deadlock. A changed password or privilege is transient
 * too: an operator corrects it. So is a transaction that the server ended because this process stalled within it (25P03, 25P04).
 */
const PASSING = /^(08|53|57|40|28|42501|25P03|25P04)/;
/** Errors in the values of a statement: no column accepts them, or they exceed the size of an index entry or a row. */
const CONTENT = /^(22|54)/;
/** The server is a replica after a failover, or was set to read-only. Transient. */
const READ_ONLY = '25006';

function postgresProblem(error: unknown, place: string): unknown {
  // Recognised by its fields: socket errors may be instances of another realm's `Error`.
  if (error instanceof StoreError || typeof error !== 'object' || error === null || !('message' in error)) return error;
  const state = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const values = { place, reason: String(error.message) || state };
  if (state === '53100') return new StoreError('BT_STORE_FULL', values, { cause: error });
  if ('severity' in error) return new StoreError(codeOf(state), values, { cause: error });
  // Socket errors (ECONNREFUSED…), and pg's own connection errors, which have no code.
  const ofConnection = 'syscall' in error || /connect|terminated|timeout|closed/i.test(values.reason);
  return ofConnection ? new StoreError('BT_STORE_UNAVAILABLE', values, { cause: error }) : error;
}

function codeOf(state: string): 'BT_STORE_UNAVAILABLE' | 'BT_STORE_READ_ONLY' | 'BT_STORE_REFUSED' | 'BT_STORE_FAILED' {
  if (state === READ_ONLY) return 'BT_STORE_READ_ONLY';
  if (PASSING.test(state)) return 'BT_STORE_UNAVAILABLE';
  return CONTENT.test(state) ? 'BT_STORE_REFUSED' : 'BT_STORE_FAILED';
}
