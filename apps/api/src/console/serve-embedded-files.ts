import { extname } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';
import type { FastifyInstance } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Extensions of compressed variants and their encoding names, smallest first. */
const ENCODINGS = [
  ['.br', 'br'],
  ['.gz', 'gzip'],
] as const;

/**
 * Serves files of the single executable, which has no folder for a static file server. Their names change with their content, so clients may cache them.
 *
 * @param prefix of the paths, with a slash at its end
 * @param folder of the assets, with a slash at its end
 */
export function serveEmbeddedFiles(fastify: FastifyInstance, prefix: string, folder: string): void {
  const files = new Set(getAssetKeys());
  fastify.get<{ Params: { '*': string } }>(`${prefix}*`, (request, reply) => {
    const file = folder + request.params['*'];
    if (!files.has(file)) return reply.callNotFound();
    const accepted = new Set(
      String(request.headers['accept-encoding'] ?? '')
        .split(',')
        .map((encoding) => encoding.trim().toLowerCase()),
    );
    const [ending = '', encoding] = ENCODINGS.find(([ending, name]) => accepted.has(name) && files.has(file + ending)) ?? [];
    if (encoding !== undefined) reply.header('content-encoding', encoding);
    reply.headers({ vary: 'accept-encoding', 'cache-control': 'public, max-age=31536000, immutable' });
    return reply.type(TYPES[extname(file)] ?? 'application/octet-stream').send(Buffer.from(getRawAsset(file + ending)));
  });
}
