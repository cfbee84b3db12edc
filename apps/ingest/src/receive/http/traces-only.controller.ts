import { Controller, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ApiExcludeController } from '#openapi';
import { ingestProblem } from '../../ingest-problem.js';
import { OTHER_SIGNALS } from '../other-signals.js';
import { renderStatus } from '../status.js';

/** `POST /v1/metrics` and `/v1/logs`, SDKs' default targets: 404, with the setting for the application. */
@ApiExcludeController()
@Controller()
export class TracesOnlyController {
  @Post(OTHER_SIGNALS.map(({ path }) => path))
  @RouteConfig({ scope: 'ingest', body: 'discard', renderError: renderStatus })
  refuse(@Req() request: FastifyRequest): never {
    const { url: path = '' } = request.routeOptions;
    const signal = OTHER_SIGNALS.find((one) => one.path === path);
    throw ingestProblem('BT_INGEST_TRACES_ONLY', { path, what: signal?.what ?? '?', variable: signal?.variable ?? '?' });
  }
}
