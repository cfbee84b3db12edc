import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { Problem } from '../../problem-details/problem.js';
import { Semaphore } from './semaphore.js';

type Decompressor = (data: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECOMPRESSORS: Readonly<Record<string, Decompressor>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  // Aliases that OpenTelemetry's collector uses.
  zlib: promisify(inflate),
  zstd: promisify(zstdDecompress),
  br: promisify(brotliDecompress),
};

/** Limits concurrent inflations, and so the memory of decompression bombs. libuv uses 4 threads for them anyway. */
const inflating = new Semaphore(4);

/** The decompressed body. Rejects 413 (BT_HTTP_TOO_LARGE) at the limit, 415 for an unknown encoding, and 400 (BT_HTTP_BAD_ENCODING) for a damaged body. */
export async function decompressBody(body: Buffer, encoding: string | undefined, limit: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '' || body.length === 0) return body;
  const decompress = DECOMPRESSORS[name];
  if (decompress === undefined) {
    const encodings = Object.keys(DECOMPRESSORS).join(', ');
    throw new Problem('BT_HTTP_UNSUPPORTED_MEDIA_TYPE', `content encoding "${name}" is not one of identity, ${encodings}`);
  }
  try {
    return await inflating.run(() => decompress(body, { maxOutputLength: limit }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit, ' after decompression');
    throw new Problem('BT_HTTP_BAD_ENCODING', `the body is not ${name}: ${(error as Error).message}`, { cause: error });
  }
}

export const tooLarge = (limit: number, when = ''): Problem =>
  new Problem(
    'BT_HTTP_TOO_LARGE',
    `the body has more than the ${limit} bytes that are taken here${when}; send less at a time, or raise server.request_limit where that is the limit`,
  );
