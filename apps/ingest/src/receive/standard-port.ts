import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { CONFIGURATION, type Configuration, LOGGER, type Logger, listenError, Shutdown } from '#platform';

/** OTLP/HTTP on OpenTelemetry's own port, when the standard ports are on: a second way to the same route, and to nothing else. */
@Injectable()
export class StandardPort implements OnApplicationBootstrap {
  private server: Server | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.register('receive', 'OTLP/HTTP', () => this.stop());
  }

  /** The port that is listened on; undefined when the standard ports are off. */
  get port(): number | undefined {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, otlpHttpPort, standardPorts } = this.configuration.server;
    if (!standardPorts) return;
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    const server = createServer((request, response) => {
      if (request.url?.split('?', 1)[0] === '/v1/traces') fastify.routing(request, response);
      else notHere(request, response);
    });
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(otlpHttpPort, host, resolve);
      });
    } catch (error) {
      throw listenError(error, otlpHttpPort, host, { flag: '--server.otlp_http_port', env: 'BETRACE_OTLP_HTTP_PORT' });
    }
    this.server = server;
    this.logger.info({ port: this.port }, `OTLP/HTTP also on port ${this.port}`);
  }

  private async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), this.configuration.server.shutdownTimeout / 2);
    await closed;
    clearTimeout(timer);
  }
}

function notHere(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(404, { 'content-type': 'text/plain' }).end('only POST /v1/traces is served on this port\n');
}
