/** A file of an archive. */
export interface ArchivedFile {
  /** ASCII, at most 99 characters, without a leading slash. */
  readonly name: string;
  readonly content: Uint8Array;
}

const BLOCK = 512;

/**
 * A tar archive (POSIX.1-1988, ustar) of the files, with one file in memory at a time.
 * @param time the time of every file (Unix ms), so that the same files give the same archive
 */
export async function* tar(files: AsyncIterable<ArchivedFile>, time: number): AsyncGenerator<Uint8Array> {
  for await (const { name, content } of files) {
    yield header(name, content.length, time);
    yield content;
    yield new Uint8Array((BLOCK - (content.length % BLOCK)) % BLOCK);
  }
  // An archive ends with two empty blocks.
  yield new Uint8Array(2 * BLOCK);
}

function header(name: string, size: number, time: number): Uint8Array {
  const block = Buffer.alloc(BLOCK);
  const put = (text: string, at: number): void => void block.write(text, at, 'latin1');
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  put(name, 0);
  put(octal(0o644, 7), 100);
  put(octal(0, 7), 108);
  put(octal(0, 7), 116);
  put(octal(size, 11), 124);
  put(octal(Math.floor(time / 1_000), 11), 136);
  // The checksum counts its own field as spaces.
  put(' '.repeat(8), 148);
  put('0', 156);
  put('ustar\x0000', 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  put(`${octal(sum, 6)}\0 `, 148);
  return block;
}
