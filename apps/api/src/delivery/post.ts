import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Deadline } from '#waiting';

/** Maximum of answer bytes that are read: a partial success or an error's text. */
export const ANSWER_BYTES = 1024 * 1024;

export interface PostOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly agent?: Agent;
  /** Timeout of the whole call, in milliseconds. */
  readonly timeout: number;
  /** Aborts the call, which rejects the signal's reason. */
  readonly signal?: AbortSignal;
  /** Do not read the content of a success, which may never end. */
  readonly statusOnly?: boolean;
}

export interface PostAnswer {
  readonly status: number;
  readonly contentType?: string;
  readonly location?: string;
  /** Milliseconds until a retry, as the server requests. */
  readonly retryAfter?: number;
  /** At most one chunk more than ANSWER_BYTES; the rest is not read. */
  readonly content: Buffer;
}

/** Posts a body and reads the answer, whatever its status; does not follow redirects. Rejects connection errors and timeouts. */
export function post(
  address: string,
  body: Uint8Array | string,
  { headers, agent, timeout, signal, statusOnly = false }: PostOptions,
): Promise<PostAnswer> {
  const url = new URL(address);
  const content = typeof body === 'string' ? Buffer.from(body) : body;
  const lateness = new AbortController();
  const late = lateness.signal;
  const deadline = new Deadline(timeout, () => lateness.abort()).unref();
  return new Promise((done, fail) => {
    const failed = (error: Error): void => {
      if (signal?.aborted) fail(signal.reason as Error);
      else fail(late.aborted ? new Error(`no answer within ${timeout} ms`, { cause: error }) : plain(error));
    };
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(
      url,
      {
        method: 'POST',
        // Without Accept-Encoding a server may compress the answer (RFC 9110, 12.5.3).
        headers: { 'Accept-Encoding': 'identity', ...headers, 'Content-Length': String(content.length) },
        signal: signal === undefined ? late : AbortSignal.any([signal, late]),
        ...(agent === undefined ? {} : { agent }),
      },
      (response) => {
        if (statusOnly && isSuccess(response.statusCode)) done(dropped(response));
        else read(response).then(done, failed);
      },
    );
    // With `statusOnly` the answer continues after the promise.
    request.on('error', failed).on('close', () => deadline.clear());
    request.end(content);
  });
}

export function isSuccess(status = 0): boolean {
  return status >= 200 && status <= 299;
}

/** Reads and discards the content, so that the connection can be reused; closes it if there is too much. */
function dropped(response: IncomingMessage): PostAnswer {
  let bytes = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES) response.destroy();
  });
  return { status: response.statusCode ?? 0, content: Buffer.alloc(0) };
}

/** Leaving the loop closes the connection. */
async function read(response: IncomingMessage): Promise<PostAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    bytes += (chunk as Buffer).length;
    chunks.push(chunk as Buffer);
    if (bytes > ANSWER_BYTES) break;
  }
  const { headers, statusCode = 0 } = response;
  const { location, 'content-type': contentType } = headers;
  const retryAfter = retryAfterOf(headers['retry-after']);
  return {
    status: statusCode,
    content: Buffer.concat(chunks),
    ...(contentType === undefined ? {} : { contentType }),
    ...(location === undefined ? {} : { location }),
    ...(retryAfter === undefined ? {} : { retryAfter }),
  };
}

/** Milliseconds of Retry-After: seconds, or a date (RFC 9110, 10.2.3). */
function retryAfterOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const milliseconds = /^\s*\d+\s*$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}

/** Several addresses that refuse are one error without a text of its own. */
function plain(error: Error & { readonly errors?: readonly Error[] }): Error {
  return error.message === '' && error.errors?.[0] ? error.errors[0] : error;
}
