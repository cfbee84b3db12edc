import {
  type CompiledQuery,
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteDialect,
} from 'kysely';
import type { SqliteThread } from './sqlite-thread.js';
import type { SqliteThreads } from './sqlite-threads.js';

/** Kysely's SQLite dialect over threads. Every transaction takes the write lock when it begins, so that none fails later for lack of it. */
export class ThreadedSqliteDialect extends SqliteDialect {
  /** @param closed called when all threads have ended */
  constructor(
    private readonly threads: SqliteThreads,
    private readonly closed: () => void,
  ) {
    // The dialect's own driver is not used.
    super({ database: async () => Promise.reject(new Error('the connections are in threads')) });
  }

  override createDriver(): Driver {
    return new ThreadedDriver(this.threads, this.closed);
  }

  override createAdapter(): DialectAdapter {
    return new ThreadedAdapter();
  }
}

/** Lets reads run during a transaction. */
class ThreadedAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

class ThreadedDriver implements Driver {
  constructor(
    private readonly threads: SqliteThreads,
    private readonly closed: () => void,
  ) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ThreadedConnection> {
    return new ThreadedConnection(this.threads);
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(connection: ThreadedConnection): Promise<void> {
    await connection.begin();
  }

  async commitTransaction(connection: ThreadedConnection): Promise<void> {
    await connection.commit();
  }

  async rollbackTransaction(connection: ThreadedConnection): Promise<void> {
    await connection.rollback();
  }

  async destroy(): Promise<void> {
    await this.threads.close();
    this.closed();
  }
}

/** A transaction uses the writer. Outside a transaction each statement takes a thread: a reader for a select, the writer for everything else. */
class ThreadedConnection implements DatabaseConnection {
  private transaction: { readonly writer: SqliteThread; readonly release: () => void } | undefined;

  constructor(private readonly threads: SqliteThreads) {}

  async begin(): Promise<void> {
    const transaction = await this.threads.acquireWriter();
    try {
      await transaction.writer.query('begin immediate', []);
      this.transaction = transaction;
    } catch (error) {
      transaction.release();
      throw error;
    }
  }

  /** Kysely rolls back a transaction that fails to commit, which releases it. */
  async commit(): Promise<void> {
    await this.transaction?.writer.query('commit', []);
    this.end();
  }

  async rollback(): Promise<void> {
    try {
      // The transaction ended with its thread.
      if (this.transaction?.writer.ended === false) await this.transaction.writer.rollback();
    } finally {
      this.end();
    }
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    if (this.transaction !== undefined) return ask(this.transaction.writer, query);
    const reader = query.query.kind === 'SelectQueryNode' ? this.threads.reader() : undefined;
    if (reader !== undefined) return ask(reader, query);
    const { writer, release } = await this.threads.acquireWriter();
    try {
      return await ask(writer, query);
    } finally {
      release();
    }
  }

  // biome-ignore lint/correctness/useYield: the store has no streams, as on PostgreSQL.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('rows are read in pages');
  }

  private end(): void {
    this.transaction?.release();
    this.transaction = undefined;
  }
}

async function ask<Row>(thread: SqliteThread, { sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
  const { rows, changes, lastInsertRowid } = await thread.query(sql, parameters);
  if (changes === undefined || lastInsertRowid === undefined) return { rows: rows as Row[] };
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
}
