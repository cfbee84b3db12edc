import type { IncomingMessage } from 'node:http';
import type { Server } from 'node:https';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { auditChanges } from '../audit/audit-changes.js';
import { Authentication } from '../authentication/authentication.js';
import { isPublic, requireCaller } from '../authentication/authentication-hook.js';
import { systemClock } from '../clock.js';
import type { Configuration } from '../configuration/settings/configuration.js';
import type { Logger } from '../logging/logger.js';
import { NestLogger } from '../logging/nest-logger.js';
import { PlatformModule } from '../platform.module.js';
import { ProblemFilter, renderProblem } from '../problem-details/problem.filter.js';
import { ProblemReports } from '../problem-details/problem-reports.js';
import { toProblem } from '../problem-details/to-problem.js';
import { validationPipe } from '../problem-details/validation-pipe.js';
import { Shutdown } from '../shutdown.js';
import { listenError } from '../start-error.js';
import { httpsOptions } from '../tls/https-options.js';
import { requireClientCertificate } from '../tls/require-client-certificate.js';
import { ServerCertificate } from '../tls/server-certificate.js';
import { openTracing } from '../tracing/open-tracing.js';
import { registerBodyParser } from './body/body-parser.js';
import { passMalformedTypes } from './body/content-type.js';
import { pageOfDamaged } from './damaged-address.js';
import { KnownPaths } from './known-paths.js';
import { connectionLimits, refuseConnection } from './protection/connection-limits.js';
import { allowOrigins } from './protection/cross-origin.js';
import { refuseForeignPages } from './protection/foreign-pages.js';
import { InFlight } from './protection/in-flight.js';
import { refuseForeignHosts } from './protection/known-hosts.js';
import { limitRequests } from './protection/rate-limit.js';
import { refuseBadQueries } from './query-text.js';
import { measureRequests } from './request-metrics.js';
import './route.js';
import { secure, setSecurityHeaders } from './protection/security-headers.js';
import { traceRequests } from './trace-requests.js';

/** Node's limit of a request's head. */
const MAX_HEAD_BYTES = 16_384;

export interface HttpAppOptions {
  /** `standalone`, `ingest`, `evaluator`, `api`: as in the logs. */
  readonly name: string;
  readonly configuration: Configuration;
  readonly logger: Logger;
  /** The app's module; PlatformModule is added. */
  readonly module: DynamicModule | Type;
  /** Path prefixes that need no API key although their routes do not say so. */
  readonly publicPaths?: readonly string[];
  /** Paths of pages that read their own address, also a damaged one. */
  readonly pagePaths?: readonly string[];
  /** Called before the routes are registered (documentation, static files). */
  readonly prepare?: (app: NestFastifyApplication) => void | Promise<void>;
}

/** Creates a BeTrace application: Nest on Fastify with BeTrace's bodies, errors, authentication and metrics. It does not listen yet. */
export async function createHttpApp(options: HttpAppOptions): Promise<NestFastifyApplication> {
  const { configuration, logger } = options;
  const registry = new Registry();
  const tracing = await openTracing(options.name, configuration, registry, logger);
  class Root {}
  const certificate = new ServerCertificate(configuration.server, logger, systemClock);
  const platform = PlatformModule.forRoot(configuration, logger, { certificate, registry, tracing });
  const root: DynamicModule = { module: Root, imports: [platform, options.module] };
  const limits = connectionLimits(configuration.server.requestTimeout);
  const https = httpsOptions(certificate);
  const adapter = new FastifyAdapter({
    forceCloseConnections: 'idle',
    // A parameter is shorter than a request head; readers of ids refuse longer ids.
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_HEAD_BYTES },
    frameworkErrors: answerUnrouted,
    rewriteUrl: ({ method, url = '/' }: IncomingMessage) => pageOfDamaged(method, url, options.pagePaths ?? []),
    ...(https === undefined ? { http: limits } : { https: { ...limits, ...https } }),
    requestTimeout: limits.requestTimeout,
    clientErrorHandler: refuseConnection,
  });
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    bodyParser: false,
    abortOnError: false,
    logger: new NestLogger(logger),
  });
  const fastify: FastifyInstance = adapter.getInstance();
  setSecurityHeaders(fastify);
  const { corsOrigins, rateLimit, allowedHosts } = configuration.server;
  const pages = { origins: corsOrigins, apiKeyHeader: configuration.authentication.apiKeyHeader };
  await allowOrigins(fastify, pages);
  noteRoutes(fastify, app.get(KnownPaths));
  passMalformedTypes(fastify);
  registerBodyParser(fastify, configuration.server, app.get(InFlight));
  measureRequests(fastify, registry);
  traceRequests(fastify, tracing);
  auditChanges(fastify, logger);
  refuseForeignHosts(fastify, allowedHosts);
  refuseForeignPages(fastify, pages);
  const access = { protectMetrics: configuration.authentication.protectMetrics, publicPaths: options.publicPaths ?? [] };
  if (certificate.asksClients) requireClientCertificate(fastify, (request) => isPublic(request, { ...access, protectMetrics: true }));
  requireCaller(fastify, app.get(Authentication), access);
  await limitRequests(fastify, rateLimit);
  refuseBadQueries(fastify);
  closeConnectionsAtStop(fastify, app.get(Shutdown));
  certificate.onChange((files) => (fastify.server as Server).setSecureContext(files));
  fastify.addHook('onClose', (_instance, done) => {
    certificate.close();
    done();
  });
  app.useGlobalPipes(validationPipe());
  app.useGlobalFilters(new ProblemFilter(logger, app.get(KnownPaths), app.get(ProblemReports)));
  await options.prepare?.(app);
  return app;
}

/** Answers a problem for requests that Fastify refuses before routing, such as a path that is not UTF-8. */
function answerUnrouted(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  secure(reply);
  const problem = toProblem(error);
  reply.status(problem.status);
  renderProblem(problem, request, reply);
}

/** Call it before the first route is registered. */
function noteRoutes(fastify: FastifyInstance, paths: KnownPaths): void {
  fastify.addHook('onRoute', ({ url, method }) => paths.add(url, [method].flat()));
}

/** Closes connections after their last answer. A connection that stays open would delay the stop as long as its client likes. */
function closeConnectionsAtStop(fastify: FastifyInstance, shutdown: Shutdown): void {
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (shutdown.stopping) reply.header('connection', 'close');
    done();
  });
}

/** Listens on `server.http_port` and returns the URL. Rejects a StartError when the port is unavailable. */
export async function listen(app: NestFastifyApplication, { server }: Configuration): Promise<string> {
  try {
    await app.listen(server.httpPort, server.host);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw listenError(error, server.httpPort, server.host, { flag: '--http-port', env: 'BETRACE_HTTP_PORT' });
  }
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : server.httpPort;
  return `${server.tlsCertFile === undefined ? 'http' : 'https'}://${server.host === '0.0.0.0' || server.host === '::' ? 'localhost' : server.host}:${port}`;
}
