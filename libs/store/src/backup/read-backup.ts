import { createHash } from 'node:crypto';
import { StoreError } from '../problems.js';
import { type BackupRow, type BackupTable, isBackupTable } from './backup-tables.js';
import { BACKUP_FORMAT, BACKUP_VERSION, type BackupHeader } from './write-backup.js';

/** A row of a backup and its table. */
export interface BackupEntry {
  readonly table: BackupTable;
  readonly row: BackupRow;
}

/**
 * Reads a backup line by line: the header, then rows. Throws BT_STORE_BACKUP_DAMAGED if the text is not a backup, is truncated or was changed. The checksum is on
 * the last line, so callers must be able to undo what they did with the rows.
 */
export class BackupReader {
  private readonly hash = createHash('sha256');
  private readonly counts: Record<string, number> = {};
  private number = 0;
  private ended = false;
  header: BackupHeader | undefined;

  constructor(private readonly file: string) {}

  /** A row; undefined for the header and the closing line. */
  line(text: string): BackupEntry | undefined {
    this.number += 1;
    if (this.ended) throw this.damaged('something follows its last line');
    const value = this.parsed(text);
    if (this.header === undefined) {
      this.header = this.headerOf(value);
    } else if (isObject(value)) {
      this.footer(value);
      return undefined;
    }
    this.hash.update(`${text}\n`);
    return Array.isArray(value) ? this.entryOf(value) : undefined;
  }

  /** Call after the last line. */
  end(): void {
    if (!this.ended) throw this.damaged('its last line is missing');
  }

  private footer(footer: Readonly<Record<string, unknown>>): void {
    if (footer['end'] !== true || footer['sha256'] !== this.hash.digest('hex')) throw this.damaged('its contents are not what was written');
    const rows = footer['rows'] as Readonly<Record<string, number>>;
    for (const [table, count] of Object.entries(rows))
      if ((this.counts[table] ?? 0) !== count) throw this.damaged(`it has ${this.counts[table] ?? 0} rows of ${table}, and had ${count}`);
    this.ended = true;
  }

  private parsed(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      throw this.damaged('the line is not JSON');
    }
  }

  private headerOf(value: unknown): BackupHeader {
    if (!isObject(value) || value['format'] !== BACKUP_FORMAT || typeof value['schema'] !== 'string')
      throw this.damaged('it is not a backup of BeTrace');
    if (value['version'] !== BACKUP_VERSION)
      throw this.damaged(`its format is version ${String(value['version'])}, and ${BACKUP_VERSION} is known`);
    return value as unknown as BackupHeader;
  }

  private entryOf([table, row]: readonly unknown[]): BackupEntry {
    if (!isBackupTable(table) || !isObject(row)) throw this.damaged('the line is not a row of a table that is known');
    this.counts[table] = (this.counts[table] ?? 0) + 1;
    return { table, row: row as BackupRow };
  }

  private damaged(reason: string): StoreError {
    return new StoreError('BT_STORE_BACKUP_DAMAGED', { file: this.file, line: this.number, reason });
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
