/** A table differs from the result of the migrations, or their list is wrong. */
export class DamagedTable extends Error {
  constructor(
    readonly table: string,
    cause: unknown,
  ) {
    super(`the table ${table} has changed: ${(cause as Error).message}`, { cause });
    this.name = 'DamagedTable';
  }

  /** Whether the cause is certain: a missing table or column, rather than an unavailable database. The messages are SQLite's and PostgreSQL's. */
  get isCertain(): boolean {
    return /already exists|duplicate column|no such (table|column)|does not exist/i.test((this.cause as Error).message);
  }
}
