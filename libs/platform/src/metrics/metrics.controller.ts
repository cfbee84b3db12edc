import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '#openapi';
import { FirstSight } from './first-sight.js';

/** GET /metrics of the application's own registry (the library's controller uses only the global one). */
@Controller()
export class MetricsController {
  private readonly firstSight = new FirstSight();

  constructor(@Inject(Registry) private readonly registry: Registry) {}

  @Get()
  @ApiTags('operation')
  @ApiOperation({ summary: 'Metrics for Prometheus' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string', example: 'betrace_spans_ingested_total{receiver="otlp_grpc"} 42' } })
  @RouteConfig({ access: 'metrics' })
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const text = await this.registry.metrics();
    // Only Prometheus and similar scrapers send the header; people and scripts get the real values.
    const scrapes = request.headers['x-prometheus-scrape-timeout-seconds'] !== undefined;
    const scraper = `${request.ip} ${request.headers['user-agent'] ?? ''}`;
    await reply.type(this.registry.contentType).send(scrapes ? this.firstSight.forScraper(scraper, text) : text);
  }
}
