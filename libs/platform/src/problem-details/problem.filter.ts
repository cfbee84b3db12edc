import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { KnownPaths } from '../http/known-paths.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import type { Problem } from './problem.js';
import type { ProblemReports } from './problem-reports.js';
import { toProblem } from './to-problem.js';

/** Writes a problem as the answer. A route may have its own renderer (`RouteConfig({ renderError })`), as OTLP/HTTP does. */
export type ErrorRenderer = (problem: Problem, request: FastifyRequest, reply: FastifyReply) => void;

/** Answers every error of a request, from body parsing and authentication too. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly knownPaths: KnownPaths,
    private readonly reports: ProblemReports,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = this.problemOf(error, request);
    this.reports.report({ problem, error, route: request.routeOptions.url });
    if (problem.status >= 500 && problem.status !== 503 && problem.status !== 504) {
      this.logger.error({ err: problem.cause ?? problem, method: request.method, path: pathOf(request) }, 'a request failed');
    }
    if (reply.sent) return;
    // Fastify closes the connection after every refused body, which is needed only while the client still sends.
    if (request.raw.complete) reply.removeHeader('connection');
    reply.headers(problem.headers).status(problem.status);
    const { renderError = renderProblem } = request.routeOptions.config;
    renderError(problem, request, reply);
  }

  private problemOf(error: unknown, request: FastifyRequest): Problem {
    const problem = toProblem(error);
    // Fastify checks the content type before the route, so a QUERY to an unknown path without one would be 400.
    const noRoute =
      request.is404 && (problem.status === 404 || problem.status === 415 || (problem.status === 400 && request.method === 'QUERY'));
    return noRoute ? this.knownPaths.problemOf(request.method, pathOf(request)) : problem;
  }
}

export const renderProblem: ErrorRenderer = (problem, request, reply) => {
  reply.type('application/problem+json').send(JSON.stringify(problem.document(pathOf(request))));
};

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';
