import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from '../../problem-details/problem.js';
import { release } from '../../release.js';
import type { InFlight, Reservation } from '../protection/in-flight.js';
import { contentTypeOf } from './content-type.js';
import { decompressBody, tooLarge } from './decompress.js';
import { parseJsonBody } from './json.js';

interface BodyLimits {
  /** Bytes. */
  readonly requestLimit: number;
  /** Milliseconds. */
  readonly requestTimeout: number;
}

/** The memory that a request's body holds until its answer is sent. */
const reservations = new WeakMap<IncomingMessage, Reservation>();

/**
 * Reads all bodies: at most `requestLimit` bytes before and after decompression, within `requestTimeout`, and all together no more than InFlight admits. Parses
 * JSON unless the route wants raw bytes.
 */
export function registerBodyParser(fastify: FastifyInstance, server: BodyLimits, inFlight: InFlight): void {
  const { requestLimit, requestTimeout: timeout } = server;
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRequest', (request, reply, done) => {
    const reservation = inFlight.reserve(0, request.raw.socket);
    reservations.set(request.raw, reservation);
    reply.raw.once('close', reservation.release);
    done();
  });
  fastify.addContentTypeParser('*', async (request: FastifyRequest, payload: IncomingMessage) => {
    // The body for an unknown path is not read, so its type does not matter.
    const { body: bodyKind, bodyLimit = requestLimit } = request.routeOptions.config;
    const limit = Math.min(requestLimit, bodyLimit);
    if (request.is404 || bodyKind === 'discard') return undefined;
    if (bodyKind !== 'raw') checkJsonType(contentTypeOf(request));
    const reservation = reservations.get(request.raw);
    const announced = Number(request.headers['content-length'] ?? 0);
    const received = await collect(payload, announced, { limit, timeout }, reservation);
    const body = await decompressBody(received, request.headers['content-encoding'], limit);
    if (body !== received) {
      reservation?.grow(body.length);
      release(received);
    }
    return bodyKind === undefined ? parseJsonBody(body) : body;
  });
}

function checkJsonType(contentType: string | undefined): void {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json' || type.endsWith('+json')) return;
  throw new Problem('BT_HTTP_UNSUPPORTED_MEDIA_TYPE', `content type "${type}" is not application/json`);
}

/**
 * The bytes of a request. Before a refusal it reads and discards up to as many bytes again as the limit. So the client reads the answer instead of a connection
 * error.
 */
function collect(
  payload: IncomingMessage,
  announced: number,
  { limit, timeout }: { readonly limit: number; readonly timeout: number },
  reservation: Reservation | undefined,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuseFar = (size: number) => {
      if (size > 2 * limit) reject(tooLarge(limit));
    };
    refuseFar(announced);
    let refused: unknown;
    const giveUp = (problem: Problem) => {
      refused = problem;
      chunks.length = 0;
      reject(problem);
    };
    const late = setTimeout(() => {
      giveUp(new Problem('BT_HTTP_TIMEOUT', `the body did not arrive within ${timeout} ms: ${length} bytes came`));
    }, timeout);
    payload.once('close', () => clearTimeout(late));
    reservation?.receiving(giveUp);
    payload.on('data', (chunk: Buffer) => {
      length += chunk.length;
      refuseFar(length);
      if (length > limit) refused = tooLarge(limit);
      if (refused !== undefined) {
        chunks.length = 0;
        return;
      }
      try {
        reservation?.grow(chunk.length);
        chunks.push(chunk);
      } catch (error) {
        refused = error;
      }
    });
    payload.on('end', () => {
      clearTimeout(late);
      reservation?.received();
      if (refused !== undefined) reject(refused);
      else resolve(joined(chunks, length));
    });
    payload.on('error', reject);
    payload.on('aborted', () => reject(new Problem('BT_HTTP_BAD_REQUEST', 'the client closed the connection before the end of the body')));
  });
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  if (chunks.length === 1 && chunks[0] !== undefined) return chunks[0];
  const whole = Buffer.concat(chunks, length);
  for (const chunk of chunks) release(chunk);
  return whole;
}
