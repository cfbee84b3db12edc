import type { ArchivedFile } from './tar.js';

/** Bytes after which a new file begins: one file at a time is in memory. */
const MAX_FILE_BYTES = 4 * 1_048_576;

/** Splits lines into files `name-0001.ndjson`, `name-0002.ndjson`, …; no file without lines. */
export async function* lineFiles(name: string, lines: AsyncIterable<string>, largest = MAX_FILE_BYTES): AsyncGenerator<ArchivedFile> {
  let number = 0;
  let parts: Buffer[] = [];
  let size = 0;
  const file = (): ArchivedFile => {
    number++;
    const content = Buffer.concat(parts);
    parts = [];
    size = 0;
    return { name: `${name}-${String(number).padStart(4, '0')}.ndjson`, content };
  };
  for await (const line of lines) {
    const part = Buffer.from(`${line}\n`);
    if (size > 0 && size + part.length > largest) yield file();
    parts.push(part);
    size += part.length;
  }
  if (size > 0) yield file();
}
