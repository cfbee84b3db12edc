import type { IncomingHttpHeaders } from 'node:http';
import { LoopbackServer } from './loopback-server.js';

export interface ReceivedMessage {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A webhook receiver on loopback: stores its requests, and can be down or refuse. */
export class WebhookReceiver {
  readonly taken: ReceivedMessage[] = [];
  refused = 0;
  /** Called for each message: the status with which to refuse it, if any. It is answered when that is known. */
  refuse: ((message: ReceivedMessage) => number | undefined | Promise<number | undefined>) | undefined;
  private readonly server = new LoopbackServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const message = { headers: request.headers, body: Buffer.concat(chunks).toString() };
      const status = await this.refuse?.(message);
      if (status === undefined) this.taken.push(message);
      else this.refused++;
      response.writeHead(status ?? 204).end();
    });
  });

  get url(): string {
    return `${this.server.url}/hook`;
  }

  /** Listens, at the same port as before. */
  open(): Promise<void> {
    return this.server.open();
  }

  close(): Promise<void> {
    return this.server.close();
  }
}
