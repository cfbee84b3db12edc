import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer, type ServerOptions } from 'node:https';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import {
  CONFIGURATION,
  type Configuration,
  connectionLimits,
  httpsOptions,
  LOGGER,
  type Logger,
  listenError,
  Problem,
  refuseConnection,
  ServerCertificate,
  Shutdown,
} from '#platform';
import { OTHER_SIGNALS } from './other-signals.js';

/** The path of OTLP traces; other paths get an error that names it. */
const SIGNAL_PATHS: ReadonlySet<string> = new Set(['/v1/traces', ...OTHER_SIGNALS.map(({ path }) => path)]);

/** OTLP/HTTP on OpenTelemetry's own port, when the standard ports are on: a second way to the same route only. */
@Injectable()
export class StandardPort implements OnApplicationBootstrap {
  private server: Server | SecureServer | undefined;

  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly certificate: ServerCertificate,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    shutdown: Shutdown,
  ) {
    shutdown.register('receive', 'OTLP/HTTP', () => this.stop());
  }

  /** The port in use; undefined when the standard ports are off. */
  get port(): number | undefined {
    const address = this.server?.address();
    return typeof address === 'object' && address !== null ? address.port : undefined;
  }

  async onApplicationBootstrap(): Promise<void> {
    const { host, otlpHttpPort, requestTimeout, standardPorts } = this.configuration.server;
    if (!standardPorts) return;
    const fastify = this.adapterHost.httpAdapter.getInstance<FastifyInstance>();
    const listener = (request: IncomingMessage, response: ServerResponse) => {
      if (SIGNAL_PATHS.has(request.url?.split('?', 1)[0] ?? '')) fastify.routing(request, response);
      else notHere(request, response);
    };
    const limits = connectionLimits(requestTimeout);
    const https = httpsOptions(this.certificate);
    const server = https === undefined ? createServer(limits, listener) : this.secureServer({ ...limits, ...https }, listener);
    server.on('clientError', refuseConnection);
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

  private secureServer(options: ServerOptions, listener: RequestListener): SecureServer {
    const server = createSecureServer(options, listener);
    this.certificate.onChange((files) => server.setSecureContext(files));
    return server;
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
  const problem = new Problem('BT_HTTP_NOT_FOUND', 'only POST /v1/traces is served on this port');
  const instance = request.url?.split('?', 1)[0];
  response.writeHead(404, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem.document(instance)));
}
