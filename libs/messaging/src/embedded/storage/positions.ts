import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Loss } from '#files';
import type { Position } from '../../log.js';
import { logProblem } from '../../problems.js';
import type { TopicSpecification } from '../../records/topic-specification.js';
import { checkFiles, type DatabaseLocation, databaseName, filesOf, inTransaction, openConnection, storageProblem } from './connection.js';

/** Like Kafka's `offsets.retention.minutes`: a group that is absent for this long no longer holds records back. */
export const GROUP_REMEMBERED_MS = 7 * 24 * 60 * 60 * 1000;
const METADATA_BYTES = 1024;

/**
 * The position of each group in each topic, and the number of partitions of each topic: the database `positions`, separate from the records, so that a commit
 * never waits for a writer. Commits are not synced to the disk one by one. They survive the end of the process; after a loss of power a position may be an
 * earlier one, and records are read again.
 */
export class Positions {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #files: ReturnType<typeof filesOf>;
  readonly #committed: StatementSync;
  readonly #commit: StatementSync;
  readonly #seen: StatementSync;
  readonly #delivered: StatementSync;
  readonly #passed: StatementSync;
  readonly #forget: StatementSync;
  readonly #probe: StatementSync;
  readonly #beat: StatementSync;

  constructor(place: DatabaseLocation) {
    this.#path = databaseName(place, 'positions');
    this.#database = openConnection(place, 'positions', { synced: false });
    try {
      inTransaction(this.#database, this.#path, () => this.#database.exec(TABLES));
      const prepare = (sql: string): StatementSync => this.#database.prepare(sql);
      this.#committed = prepare(
        'SELECT offset, metadata FROM positions WHERE topic = ? AND "group" = ? AND partition = ? AND offset IS NOT NULL',
      );
      this.#commit = prepare(`${INSERT} (topic, "group", partition, offset, metadata, seen) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO UPDATE SET offset = excluded.offset, metadata = excluded.metadata, seen = excluded.seen`);
      this.#seen = prepare(
        `${INSERT} (topic, "group", partition, seen) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET seen = excluded.seen`,
      );
      this.#delivered = prepare('UPDATE positions SET delivered = ? WHERE topic = ? AND "group" = ? AND partition = ?');
      this.#passed = prepare(
        'SELECT min(max(coalesce(offset, 0), delivered)) AS passed FROM positions WHERE topic = ? AND partition = ? AND seen >= ?',
      );
      this.#forget = prepare('DELETE FROM positions WHERE offset IS NULL AND seen < ?');
      this.#probe = prepare('INSERT INTO probe (id, at) VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at');
      this.#beat = prepare('INSERT INTO clock (id, beat) VALUES (1, ?) ON CONFLICT DO UPDATE SET beat = max(beat, excluded.beat)');
      this.#files = filesOf(place, 'positions');
    } catch (error) {
      this.#database.close();
      throw storageProblem(error, this.#path);
    }
  }

  /** Throws BT_LOG_FILE_LOST when the commit went to a deleted or replaced file. */
  checkFiles(): void {
    checkFiles(this.#files);
  }

  lost(): Loss | undefined {
    return this.#files?.lost();
  }

  /** Remembers a topic's number of partitions. Throws BT_LOG_PARTITIONS_DIFFER when the storage has it with another. */
  declareTopic(topic: TopicSpecification): void {
    const found = inTransaction(this.#database, this.#path, () => {
      this.#database
        .prepare('INSERT INTO topics (name, partitions) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(topic.name, topic.partitions);
      return Number(this.#database.prepare('SELECT partitions FROM topics WHERE name = ?').get(topic.name)?.partitions);
    });
    if (found !== topic.partitions) {
      throw logProblem('BT_LOG_PARTITIONS_DIFFER', { topic: topic.name, found, wanted: topic.partitions, path: this.#path });
    }
  }

  committed(topic: string, group: string, partition: number): Position | undefined {
    const row = this.#guarded(() => this.#committed.get(topic, group, partition));
    return row && { offset: Number(row.offset), metadata: String(row.metadata) };
  }

  /** The position of every group in this topic. */
  all(topic: string): readonly { readonly group: string; readonly partition: number; readonly offset: number }[] {
    const query = 'SELECT "group", partition, offset FROM positions WHERE topic = ? AND offset IS NOT NULL';
    const rows = this.#guarded(() => this.#database.prepare(query).all(topic));
    return rows.map((row) => ({ group: String(row.group), partition: Number(row.partition), offset: Number(row.offset) }));
  }

  commit(topic: string, group: string, partition: number, position: Position, now: number): void {
    const bytes = Buffer.byteLength(position.metadata);
    if (bytes > METADATA_BYTES) throw logProblem('BT_LOG_METADATA_TOO_LONG', { bytes });
    this.#guarded(() => this.#commit.run(topic, group, partition, position.offset, position.metadata, now));
    this.checkFiles();
  }

  /** Registers that the group reads the partition: records beyond its position are kept for it. */
  seen(topic: string, group: string, partition: number, now: number): void {
    this.#guarded(() => this.#seen.run(topic, group, partition, now));
  }

  /** Notes delivered records, which in memory lets them be deleted: no restart will read them. */
  delivered(topic: string, group: string, partition: number, offset: number): void {
    this.#guarded(() => this.#delivered.run(offset, topic, group, partition));
  }

  /** The offset that every group has passed; 0 when no group reads the partition. */
  passed(topic: string, partition: number, now: number): number {
    return this.#guarded(() => Number(this.#passed.get(topic, partition, now - GROUP_REMEMBERED_MS)?.passed ?? 0));
  }

  /** Drops groups that never committed and were not seen for long (readers whose name is new at every start). */
  forgetUnused(now: number): void {
    this.#guarded(() => this.#forget.run(now - GROUP_REMEMBERED_MS));
  }

  /** Writes something, to test that it works. */
  probe(now: number): void {
    this.#guarded(() => this.#probe.run(now));
  }

  /** The log's last time at which records could be appended, Unix ms; undefined before the first. */
  lastBeat(): number | undefined {
    const row = this.#guarded(() => this.#database.prepare('SELECT beat FROM clock').get());
    return row && Number(row.beat);
  }

  /** Notes that records can be appended now. */
  beat(time: number): void {
    this.#guarded(() => this.#beat.run(time));
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw storageProblem(error, this.#path);
    }
  }
}

const INSERT = 'INSERT INTO positions';

const TABLES = `
  CREATE TABLE IF NOT EXISTS topics (name TEXT PRIMARY KEY, partitions INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS positions (
    topic TEXT, "group" TEXT, partition INTEGER, offset INTEGER, metadata TEXT NOT NULL DEFAULT '',
    delivered INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL, PRIMARY KEY (topic, "group", partition)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY, beat INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS probe (id INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;`;
