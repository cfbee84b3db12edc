import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
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
  const partial = `${file}.partial`;
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
    const target = createWriteStream(partial, { mode: 0o600 });
    const source = Readable.from(withNotedError(), { objectMode: true });
    await (isCompressed(file) ? pipeline(source, createGzip(), target) : pipeline(source, target));
    await synced(partial);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    if (linesError !== undefined) throw linesError;
    throw new CliError('BT_CLI_FILE', { action: 'write', file, reason: (error as Error).message });
  }
}

async function synced(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
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
