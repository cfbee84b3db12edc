import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** After this time (ms) its writer has ended or was killed. */
const FORGOTTEN_AFTER_MS = 600_000;

/**
 * Java's class data archive of a broker, beside its jars: with it a start takes less than half of the CPU time. Java ignores an archive of other jars or of
 * another version.
 */
export class ClassArchive {
  readonly #file: string;

  constructor(jars: string) {
    this.#file = join(jars, 'broker.jsa');
  }

  /** Flags for a Java that reads the archive, if it exists; they suppress Java's messages about it. */
  get flags(): string[] {
    if (!existsSync(this.#file)) return [];
    return [`-XX:SharedArchiveFile=${this.#file}`, '-Xshare:auto', '-Xlog:cds=off', '-Xlog:cds+dynamic=off'];
  }

  /** Creates the archive unless it exists or is being created. `run` runs a Java with these flags to its end. Brokers start without it too. */
  async make(run: (flags: readonly string[]) => Promise<void>): Promise<void> {
    const lock = `${this.#file}.lock`;
    if (existsSync(this.#file) || !taken(lock)) return;
    const made = `${this.#file}.new`;
    try {
      await run([`-XX:ArchiveClassesAtExit=${made}`, '-Xlog:cds=off', '-Xlog:cds+dynamic=off']);
      if (existsSync(made)) renameSync(made, this.#file);
    } catch {
      // The caller's own broker reports what is wrong, if anything.
      rmSync(made, { force: true });
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
}

/** Whether the lock folder was created now, by this process. */
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
