import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/** A collector for tests over OTLP/HTTP: stores accepted bodies, and can be down or refuse. */
export class OtlpHttpReceiver {
  /** The requests that were answered with success, in order. */
  readonly requests: {
    readonly path: string;
    readonly contentType: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  }[] = [];
  /** While set, every request is answered with this status. */
  refuseWith: number | undefined;
  /** Called for each request: the refusal to answer, if any. */
  refuse:
    | ((body: Buffer) => { readonly status: number; readonly headers?: Record<string, string>; readonly text?: string } | undefined)
    | undefined;
  refused = 0;
  private server: Server | undefined;

  constructor(readonly port: number) {}

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (this.refuseWith !== undefined) {
          this.refused++;
          response.writeHead(this.refuseWith).end();
          return;
        }
        const refusal = this.refuse?.(Buffer.concat(chunks));
        if (refusal !== undefined) {
          this.refused++;
          response.writeHead(refusal.status, refusal.headers).end(refusal.text);
          return;
        }
        const contentType = request.headers['content-type'] ?? '';
        this.requests.push({ path: request.url ?? '', contentType, headers: request.headers, body: Buffer.concat(chunks) });
        response.writeHead(200, { 'content-type': contentType }).end(contentType.includes('json') ? '{}' : '');
      });
    });
    await new Promise<void>((done, fail) => server.once('error', fail).listen(this.port, '127.0.0.1', done));
    this.server = server;
  }

  /** Closes the port, as if the collector had crashed. */
  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
    this.server = undefined;
  }
}
