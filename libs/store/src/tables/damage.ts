/** A table differs from the result of the migrations, or their list is wrong. */
export class DamagedTable extends Error {
  constructor(
    readonly table: string,
    cause: unknown,
  ) {
    super(`the table ${table} is not what it was: ${(cause as Error).message}`, { cause });
    this.name = 'DamagedTable';
  }

  /** Whether the cause says so, and not that the database is away or refuses everything. SQLite's words and PostgreSQL's. */
  get isCertain(): boolean {
    return /already exists|duplicate column|no such (table|column)|does not exist/i.test((this.cause as Error).message);
  }
}
