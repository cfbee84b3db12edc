import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { getRawAsset, isSea } from 'node:sea';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { START_SCRIPT, swaggerUiPage } from './swagger-ui-page.js';

/** Paths of the documentation, which needs no API key. */
export const DOCUMENTATION_PATHS = ['/docs', '/openapi.json'];

/** The files of Swagger UI that the page needs. */
const FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
  'favicon-32x32.png': 'image/png',
};

/** Allows the icons that Swagger UI's style sheet contains. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves the OpenAPI document at /openapi.json, created at the first request, and Swagger UI at /docs. */
export function serveDocumentation(fastify: FastifyInstance, title: string, makeDocument: () => Promise<object>): void {
  let made: Promise<string> | undefined;
  const send = (reply: FastifyReply, type: string, content: string | Buffer) => reply.type(type).send(content);
  fastify.get('/openapi.json', async (_request, reply) => {
    made ??= makeDocument().then((document) => JSON.stringify(document));
    return send(reply, 'application/json; charset=utf-8', await made);
  });
  fastify.get('/docs', async (request, reply) => {
    // The page's links are relative, so that it works behind any prefix.
    if (request.url.split('?', 1)[0]?.endsWith('/')) return reply.redirect('../docs');
    reply.header('content-security-policy', POLICY);
    return send(reply, 'text/html; charset=utf-8', swaggerUiPage(title));
  });
  fastify.get('/docs/start.js', (_request, reply) => send(reply, 'text/javascript; charset=utf-8', START_SCRIPT));
  fastify.get<{ Params: { file: string } }>('/docs/:file', async ({ params }, reply) => {
    const type = FILES[params.file];
    if (type === undefined) return reply.callNotFound();
    reply.header('cache-control', 'public, max-age=86400');
    return send(reply, type, await swaggerUiFile(params.file));
  });
}

/** A file of Swagger UI, from the executable, the bundle next to this file, or the package. */
async function swaggerUiFile(name: string): Promise<Buffer> {
  return isSea() ? Buffer.from(getRawAsset(`swagger-ui/${name}`)) : readFile(join(swaggerUiFolder(), name));
}

function swaggerUiFolder(): string {
  const bundled = join(import.meta.dirname, 'swagger-ui');
  if (existsSync(bundled)) return bundled;
  return dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
}
