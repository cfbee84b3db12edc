import { type ArgumentsHost, Catch, type ExceptionFilter, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGGER, type Logger } from '../logging/logger.js';
import type { Problem } from './problem.js';
import { toProblem } from './to-problem.js';

/** Writes a problem as the answer; a route may have its own (`RouteConfig({ renderError })`), as OTLP/HTTP needs. */
export type ErrorRenderer = (problem: Problem, request: FastifyRequest, reply: FastifyReply) => void;

/** Answers everything thrown anywhere on the way of a request, body parsing and authentication included. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500 && problem.status !== 503) {
      this.logger.error({ err: problem.cause ?? problem, method: request.method, path: pathOf(request) }, 'a request failed');
    }
    if (reply.sent) return;
    // Fastify closes the connection after any refused body; that is needed only when the client is still sending.
    if (request.raw.complete) reply.removeHeader('connection');
    reply.headers(problem.headers).status(problem.status);
    const { renderError = renderProblem } = request.routeOptions.config;
    renderError(problem, request, reply);
  }
}

export const renderProblem: ErrorRenderer = (problem, request, reply) => {
  reply.type('application/problem+json').send(JSON.stringify(problem.document(pathOf(request))));
};

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';
