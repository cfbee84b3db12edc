import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A proxy to a server that can be slow, hang, or be cut, like networks and fail-overs. */
export class TcpLink {
  /** The delay in each direction, in milliseconds. */
  delay = 0;
  /** Forwards nothing; connections stay open. */
  hangs = false;
  private readonly sockets = new Set<Socket>();
  private readonly stranded = new WeakSet<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(port: number, host = '127.0.0.1'): Promise<TcpLink> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const link = new TcpLink(server, (server.address() as { readonly port: number }).port);
    server.on('connection', (near) => link.join(near, connect({ port, host, allowHalfOpen: true })));
    return link;
  }

  /** Ends all connections at once; returns their number. */
  cut(): number {
    const ended = this.sockets.size / 2;
    for (const socket of this.sockets) socket.destroy();
    return ended;
  }

  /** Current connections get nothing more, not even an end, as if the other machine had failed. New connections work. */
  strand(): void {
    for (const socket of this.sockets) this.stranded.add(socket);
  }

  async stop(): Promise<void> {
    this.hangs = false;
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.setNoDelay(true);
      from.on('error', () => undefined);
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      void this.pass(from, to);
    }
  }

  private async pass(from: Socket, to: Socket): Promise<void> {
    try {
      for await (const bytes of from) {
        if (this.delay > 0) await pause(this.delay);
        while (this.hangs) await pause(20);
        if (this.stranded.has(from)) continue;
        to.write(bytes as Buffer);
      }
      to.end();
    } catch {
      to.destroy();
    }
  }
}
