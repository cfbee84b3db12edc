import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Maximum of prepared statements: all of the store's, with room for combinations of filters. */
const MAX_STATEMENTS = 200;

/** A statement, and whether it returns rows. */
export interface KeptStatement {
  readonly reader: boolean;
  readonly statement: StatementSync;
}

/** The prepared statements of a connection, by their text; a new one evicts the oldest. */
export class KeptStatements {
  private readonly kept = new Map<string, KeptStatement>();

  constructor(private readonly database: DatabaseSync) {}

  prepare(sql: string): KeptStatement {
    let found = this.kept.get(sql);
    if (found === undefined) {
      const statement = this.database.prepare(sql);
      found = { reader: statement.columns().length > 0, statement };
      const [oldest] = this.kept.keys();
      if (this.kept.size >= MAX_STATEMENTS && oldest !== undefined) this.kept.delete(oldest);
      this.kept.set(sql, found);
    }
    return found;
  }

  clear(): void {
    this.kept.clear();
  }
}

export const inputValues = (parameters: readonly unknown[]): SQLInputValue[] => parameters as SQLInputValue[];
