import { promisify } from 'node:util';
import { gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import { lz4Decompress } from './lz4.js';
import { snappyDecompress } from './snappy.js';

/** The codes in the low three bits of a record batch's attributes. */
export const COMPRESSION_CODES = { none: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
export type Compression = 'none' | 'gzip' | 'zstd';

/** Maximum bytes of an unpacked batch: brokers limit only the packed size, and other producers may write anything. */
const UNPACKED_BYTES = 256 * 1024 * 1024;

const compressors: Readonly<Record<Exclude<Compression, 'none'>, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: promisify<Buffer, Buffer>(gzip),
  zstd: promisify<Buffer, Buffer>(zstdCompress),
};

const gunzipped = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);
const unzstd = promisify<Buffer, { maxOutputLength: number }, Buffer>(zstdDecompress);

const decompressors: Readonly<Record<number, (bytes: Buffer) => Buffer | Promise<Buffer>>> = {
  [COMPRESSION_CODES.none]: (bytes) => bytes,
  [COMPRESSION_CODES.gzip]: (bytes) => gunzipped(bytes, { maxOutputLength: UNPACKED_BYTES }),
  [COMPRESSION_CODES.snappy]: (bytes) => snappyDecompress(bytes, UNPACKED_BYTES),
  [COMPRESSION_CODES.lz4]: (bytes) => lz4Decompress(bytes, UNPACKED_BYTES),
  [COMPRESSION_CODES.zstd]: (bytes) => unzstd(bytes, { maxOutputLength: UNPACKED_BYTES }),
};

export function compress(compression: Exclude<Compression, 'none'>, bytes: Buffer): Promise<Buffer> {
  return compressors[compression](bytes);
}

/** Unpacks the records of a batch by the code of its compression. */
export async function decompress(code: number, bytes: Buffer): Promise<Buffer> {
  const decompressor = decompressors[code];
  if (!decompressor) throw new RangeError(`compression ${code} is not known`);
  return decompressor(bytes);
}
