import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What makes it has ended long before, or was killed. */
const FORGOTTEN_AFTER_MS = 600_000;

/**
 * The classes of a broker as Java has them in memory, beside the jars that they are of: with it a start takes less than half of the
 * processor time. Java ignores one that is not of these jars or not its own.
 */
export class ClassArchive {
  readonly #file: string;

  constructor(jars: string) {
    this.#file = join(jars, 'broker.jsa');
  }

  /** Flags for a Java that reads the archive, if it exists. Java's own output is discarded. */
  get flags(): string[] {
    if (!existsSync(this.#file)) return [];
    return [`-XX:SharedArchiveFile=${this.#file}`, '-Xshare:auto', '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
  }

  /** Makes it unless it is there or is being made: `run` runs a Java with these flags to its end. Brokers start without it, too. */
  async make(run: (flags: readonly string[]) => Promise<void>): Promise<void> {
    const lock = `${this.#file}.lock`;
    if (existsSync(this.#file) || !taken(lock)) return;
    const made = `${this.#file}.new`;
    try {
      await run([`-XX:ArchiveClassesAtExit=${made}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off']);
      if (existsSync(made)) renameSync(made, this.#file);
    } catch {
      // The broker of the caller says what is wrong, when something is.
      rmSync(made, { force: true });
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

/** Whether the folder was made, and by this user. */
function taken(lock: string): boolean {
  const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
  if (since !== undefined && Date.now() - since > FORGOTTEN_AFTER_MS) rmSync(lock, { recursive: true, force: true });
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}
