import { Controller, Get, Inject, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { Registry } from 'prom-client';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '#openapi';

/** GET /metrics of the application's own registry (the library's controller knows only the global one). */
@Controller()
export class MetricsController {
  constructor(@Inject(Registry) private readonly registry: Registry) {}

  @Get()
  @ApiTags('operation')
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string', example: 'betrace_spans_ingested_total{receiver="otlp_grpc"} 42' } })
  @RouteConfig({ access: 'metrics' })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.registry.contentType).send(await this.registry.metrics());
  }
}
