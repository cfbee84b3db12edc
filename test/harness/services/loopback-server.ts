import { createServer, type RequestListener, type Server } from 'node:http';
import { freePorts } from '../free-port.js';

/** An HTTP server on loopback that tests close and reopen at the same port. */
export class LoopbackServer {
  private server: Server | undefined;
  private port = 0;

  constructor(private readonly answer: RequestListener) {}

  /** Without a trailing slash; valid after the first `open`. */
  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async open(): Promise<void> {
    // A port that the system assigns could be that of an outgoing connection when this server reopens.
    if (this.port === 0) [this.port = 0] = await freePorts(1);
    const server = createServer(this.answer);
    await new Promise<void>((done, fail) => server.once('error', fail).listen(this.port, '127.0.0.1', done));
    this.server = server;
  }

  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((done) => (server === undefined ? done() : server.close(() => done())));
  }
}
