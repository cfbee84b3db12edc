import { Controller, Get, Query } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { ProblemView } from '../../problem.dto.js';
import { RecentTracesQuery, RecentTracesView } from './recent-traces.dto.js';
import { RecentTraces } from './recent-traces.js';

const LIMIT = 20;

/** Not at `/v1/traces`: a gateway sends that path to the receivers of spans. */
@ApiTags('rules')
@Controller('v1/recent-traces')
export class RecentTracesController {
  constructor(private readonly recent: RecentTraces) {}

  @Get()
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({
    summary: 'Closed traces among the latest spans, to try a rule on',
    description:
      'Whether they violate a rule or not. The last 5,000 spans of the spans log are decoded, 8 MiB at most. The list is reused for two seconds. ' +
      '`POST /v1/rules/test` takes their `trace_id`.',
  })
  @ApiOkResponse({ type: RecentTracesView })
  @ApiBadRequestResponse({ type: ProblemView })
  async list(@Query() { limit = LIMIT }: RecentTracesQuery): Promise<RecentTracesView> {
    const { traces, spans } = await this.recent.list();
    return {
      traces: traces.slice(0, limit).map(({ traceId, wireTraceId, duration, receivedAt, ...trace }) => ({
        trace_id: traceId,
        wire_trace_id: wireTraceId,
        ...trace,
        duration_ms: Number(duration) / 1e6,
        received_at: new Date(receivedAt).toISOString(),
      })),
      sampled_spans: spans,
    };
  }
}
