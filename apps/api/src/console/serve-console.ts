import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ConsoleSignIn } from './console-sign-in.js';
import { missingConsolePage } from './missing-console-page.js';
import { serveEmbeddedFiles } from './serve-embedded-files.js';

/** Paths of the console's own files, which need no API key: its data comes from the API. */
export const CONSOLE_PATHS = ['/ui'];

/** Where the built console is, relative to dist/, to the sources and to the bundle. */
const PLACES = ['../../../../console', '../../../../dist/console', 'console'].map((path) => resolve(import.meta.dirname, path));

/** A link to a trace in another program, with `{trace_id}`, and its label. */
export interface TraceLink {
  readonly name: string;
  readonly url: string;
}

/** @param origins further origins that the page may send requests to: the issuer's, for tokens */
const policyOf = (origins: readonly string[]): string =>
  [
    "default-src 'none'",
    ...['script', 'style', 'font', 'img', 'worker'].map((kind) => `${kind}-src 'self'`),
    ["connect-src 'self'", ...origins].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

/**
 * Serves the web console at /ui. Every path below /ui answers the console's page, which reads the address itself. /ui/assets/ holds its files, whose names
 * change with their content. /ui/settings.json tells the page how to sign in, and the links to traces in other programs. If the console is not built, the page
 * says how to build it.
 */
export async function serveConsole(
  fastify: FastifyInstance,
  folder = builtConsole(),
  signIn?: ConsoleSignIn,
  traceLink?: TraceLink,
): Promise<void> {
  // A worker has the policy of its own file. The default one would keep it from loading its parts.
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (request.url.startsWith('/ui/assets/'))
      reply.header('content-security-policy', "default-src 'none'; script-src 'self'; frame-ancestors 'none'");
    done();
  });
  if (isSea()) serveEmbeddedFiles(fastify, '/ui/assets/', 'console/assets/');
  else
    await fastify.register(fastifyStatic, {
      root: join(folder, 'assets'),
      prefix: '/ui/assets/',
      index: false,
      preCompressed: true,
      decorateReply: false,
      immutable: true,
      maxAge: '365d',
      suppressWarning: true,
    });
  const page = async (reply: FastifyReply) => {
    const html = isSea()
      ? getAsset('console/index.html', 'utf8')
      : await readFile(join(folder, 'index.html'), 'utf8').catch(() => undefined);
    reply.headers({ 'content-security-policy': policyOf((await signIn?.origins()) ?? []), 'cache-control': 'no-cache' });
    return reply
      .status(html === undefined ? 404 : 200)
      .type('text/html; charset=utf-8')
      .send(html ?? missingConsolePage());
  };
  fastify.get('/ui/settings.json', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { sign_in: (await signIn?.settings()) ?? null, trace_link: traceLink ?? null };
  });
  fastify.get('/ui', (_request, reply) => page(reply));
  fastify.get('/ui/*', (_request, reply) => page(reply));
}

/** The folder of the built console, whether or not it exists. */
function builtConsole(): string {
  const [inDist = '', ...others] = PLACES;
  return others.find((folder) => existsSync(join(folder, 'index.html'))) ?? inDist;
}
