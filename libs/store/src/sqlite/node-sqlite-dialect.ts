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

/** Kysely's SQLite dialect over `node:sqlite`. Every transaction takes the write lock when it begins, so that none fails later for lack of it. */
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

  /** SQLite rolls back by itself after some errors, such as a full disk. A second rollback would fail and hide the cause. */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.sqlite.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** Gives `node:sqlite` the interface that Kysely expects (better-sqlite3's). */
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
