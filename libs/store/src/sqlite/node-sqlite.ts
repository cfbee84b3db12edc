import type { DatabaseSync } from 'node:sqlite';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import { inputValues, type KeptStatement, KeptStatements } from './kept-statements.js';

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
  const statements = new KeptStatements(database);
  return {
    close: () => {
      statements.clear();
      database.close();
    },
    prepare: (sql) => adaptStatement(statements.prepare(sql)),
  };
}

function adaptStatement({ reader, statement }: KeptStatement): SqliteStatement {
  return {
    reader,
    all: (parameters) => statement.all(...inputValues(parameters)),
    run: (parameters) => statement.run(...inputValues(parameters)),
    iterate: (parameters) => statement.iterate(...inputValues(parameters)),
  };
}
