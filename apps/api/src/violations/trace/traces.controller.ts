import { Controller, Get, Param, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '#openapi';
import { callerMay } from '#platform';
import { ProblemView } from '../../problem.dto.js';
import { TraceView } from './trace.dto.js';
import { TraceFinder } from './trace-finder.js';

@ApiTags('violations')
@Controller('v1/traces')
export class TracesController {
  constructor(private readonly traceFinder: TraceFinder) {}

  @Get(':id')
  @ApiOperation({
    summary: 'The spans of a trace that violated a rule, as long as the log keeps them; or of a recent one',
    description:
      'The id as it was sent, or as 32 hex digits. Traces with a violation can be located in the log. ' +
      '`GET /v1/violations?trace_id=` lists their violations. With the scope `rules:write` also traces without a violation that are in the last 64 MiB of their partition.',
  })
  @ApiOkResponse({ type: TraceView })
  @ApiNotFoundResponse({
    type: ProblemView,
    description: 'The trace has no violation and is not found among recent ones, or the log no longer has its spans.',
  })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many searches for recent traces are waiting.' })
  trace(@Param('id') id: string, @Req() request: FastifyRequest): Promise<TraceView> {
    return this.traceFinder.view(id, callerMay(request, 'rules:write'));
  }
}
