import { Controller, Get, Param } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { ProblemView } from '../../problem.dto.js';
import { TraceView } from './trace.dto.js';
import { TraceFinder } from './trace-finder.js';

@ApiTags('violations')
@Controller('v1/traces')
export class TracesController {
  constructor(private readonly traceFinder: TraceFinder) {}

  @Get(':id')
  @ApiOperation({
    summary: 'The spans of a trace that violated a rule, as long as the log keeps them',
    description:
      'The id as it was sent, or as 32 hex digits. Where the spans of a trace lie in the log is known of traces with a violation. ' +
      '`GET /v1/violations?trace_id=` lists what they violate.',
  })
  @ApiOkResponse({ type: TraceView })
  @ApiNotFoundResponse({ type: ProblemView, description: 'The trace has no violation, or the log no longer has its spans.' })
  trace(@Param('id') id: string): Promise<TraceView> {
    return this.traceFinder.view(id);
  }
}
