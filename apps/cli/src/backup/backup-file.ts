import { createReadStream, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { CliError } from '../problems.js';

const isCompressed = (file: string): boolean => file.endsWith('.gz');

/**
 * Writes lines to a file that only its owner may read, compressed with gzip if its name says so. The file appears when it is complete and synced; until then a
 * former file stays unchanged. Throws a CliError when it cannot be written.
 */
export async function writeBackupFile(file: string, lines: AsyncIterable<string>): Promise<void> {
  const partial = partialOf(file);
  let held: FileHandle | undefined;
  let made: Stats | undefined;
  let linesError: unknown;
  async function* withNotedError(): AsyncGenerator<string> {
    try {
      yield* lines;
    } catch (error) {
      linesError = error;
      throw error;
    }
  }
  try {
    await refuseNoFile(file);
    // A file of another owner or mode, or a link to elsewhere, may exist under this name. So it is never opened, only created.
    await rm(partial, { force: true });
    const handle = await open(partial, 'wx', 0o600);
    made = await handle.stat();
    // While it is open, the file of another backup cannot get the same inode number.
    held = await open(partial, 'r');
    // Synced, then closed, when the last line is written.
    const target = handle.createWriteStream({ flush: true });
    const source = Readable.from(withNotedError(), { objectMode: true });
    await (isCompressed(file) ? pipeline(source, createGzip(), target) : pipeline(source, target));
    if (!(await isAt(partial, made))) throw new Error('another backup writes the same file');
    await rename(partial, file);
  } catch (error) {
    if (made !== undefined && (await isAt(partial, made))) await rm(partial, { force: true });
    if (linesError !== undefined) throw linesError;
    throw new CliError('BT_CLI_FILE', { action: 'write', file, reason: (error as Error).message });
  } finally {
    await held?.close();
  }
}

/** The name under which a file is written until it is complete. */
export const partialOf = (file: string): string => `${file}.partial`;

/** A complete backup replaces the existing file: `/dev/null` would no longer be a device. */
async function refuseNoFile(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found !== undefined && !found.isFile()) throw new Error('it exists, and is not a file');
}

/** Whether a name still leads to a file that was made. */
async function isAt(name: string, made: Stats): Promise<boolean> {
  const named = await lstat(name).catch(() => undefined);
  return named?.ino === made.ino && named.dev === made.dev;
}

/**
 * The lines of a file, without line ends. It splits bytes, because `node:readline` also splits at characters that JSON texts may contain. Throws a CliError
 * when the file cannot be read or decompressed.
 */
export async function* backupFileLines(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unpacked = isCompressed(file) ? source.pipe(createGunzip()) : source;
  source.on('error', (error) => unpacked.destroy(error));
  let rest: Buffer[] = [];
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, end)]).toString('utf8');
        rest = [];
        from = end + 1;
      }
      if (from < chunk.length) rest.push(chunk.subarray(from));
    }
  } catch (error) {
    throw new CliError('BT_CLI_FILE', { action: 'read', file, reason: (error as Error).message });
  } finally {
    source.destroy();
  }
  if (rest.length > 0) yield Buffer.concat(rest).toString('utf8');
}
