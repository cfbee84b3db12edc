import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';

/** Statements kept prepared: all of the store's, with room for the combinations of filters. */
const KEPT_STATEMENTS = 200;

/** Kysely's SQLite dialect over `node:sqlite`; every transaction takes the write lock at its start, so that none fails half-way for it. */
export class NodeSqliteDialect extends SqliteDialect {
  readonly #adapted: SqliteDatabase;

  constructor(readonly database: DatabaseSync) {
    const adapted = adapt(database);
    super({ database: adapted });
    this.#adapted = adapted;
  }

  override createDriver(): Driver {
    return new ImmediateDriver(this.database, this.#adapted);
  }
}

class ImmediateDriver extends SqliteDriver {
  constructor(
    readonly sqlite: DatabaseSync,
    database: SqliteDatabase,
  ) {
    super({ database });
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  /** SQLite has rolled back by itself after some errors (a full disk): a second time would fail, and hide what went wrong. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.sqlite.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** `node:sqlite` in the shape that Kysely knows (better-sqlite3's). */
function adapt(database: DatabaseSync): SqliteDatabase {
  const kept = new Map<string, SqliteStatement>();
  return {
    close: () => {
      kept.clear();
      database.close();
    },
    prepare: (sql) => {
      let statement = kept.get(sql);
      if (statement === undefined) {
        statement = adaptStatement(database.prepare(sql));
        const [oldest] = kept.keys();
        if (kept.size >= KEPT_STATEMENTS && oldest !== undefined) kept.delete(oldest);
        kept.set(sql, statement);
      }
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}
