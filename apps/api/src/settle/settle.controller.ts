import { Controller, HttpCode, Post, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { ApiNoContentResponse, ApiOperation, ApiResponse, ApiTags } from '#openapi';
import { clientGone } from '#platform';
import { ProblemView } from '../problem.dto.js';
import { Settle } from './settle.js';
import { SettleQuery, timeoutOf } from './settle-query.js';

@ApiTags('violations')
@Controller('v1/settle')
export class SettleController {
  constructor(private readonly settle: Settle) {}

  @Post()
  @RouteConfig({ scope: 'read' })
  @HttpCode(204)
  @ApiOperation({
    summary: 'Waits until all spans acknowledged before are judged, and their violations stored',
    description: 'It also waits for open traces: they close by `traces.root_grace`, `traces.idle_timeout` or `traces.max_age`.',
  })
  @ApiNoContentResponse({ description: 'All spans are judged, and their violations are in the store.' })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many requests are waiting.' })
  @ApiResponse({ status: 504, type: ProblemView, description: 'Timeout; `errors` says what is missing.' })
  async wait(@Query() query: SettleQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.settle.wait(timeoutOf(query), clientGone(reply));
  }
}
