import { Readable } from 'node:stream';
import { Controller, Get, Headers, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBadRequestResponse, ApiHeader, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '#openapi';

import { clientGone, countedCallerOf, stillAllowed } from '#platform';

import { ProblemView } from '../problem.dto.js';
import { violationFilter } from '../violations/filter/violation-filter-query.js';
import { violationDetail, violationSummary } from '../violations/violation.dto.js';
import { ViolationStream } from './violation-stream.js';
import { ViolationStreamQuery } from './violation-stream-query.js';

@ApiTags('violations')
@Controller('v1/violations/stream')
export class ViolationStreamController {
  constructor(private readonly stream: ViolationStream) {}

  @Get()
  @ApiOperation({
    summary: 'Violations as they are kept, as server-sent events',
    description:
      'Takes the filters of the list. Without `status` it sends all new revisions, retractions too. An event `violation` has ' +
      '#/components/schemas/ViolationSummary as its data (`view=full`: ViolationDetail). It begins with violations stored from now on, or after the event ' +
      'of `Last-Event-ID`, which any process may have sent. `reset`: that event is unknown here, so violations may be missing; list them. `end`: ' +
      'the answer ends; reconnect. A comment follows 15 seconds without an event.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The id of the last received event.', example: '6b0c5a1f-17' })
  @ApiOkResponse({ description: 'Until the client closes it.', content: { 'text/event-stream': { schema: { type: 'string' } } } })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiResponse({
    status: 429,
    type: ProblemView,
    description: 'Too many streams are open, in this process (50) or of this key or address (20).',
  })
  async open(
    @Query() query: ViolationStreamQuery,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = clientGone(reply);
    const after = lastEventId || query.last_event_id || undefined;
    const view = query.view === 'full' ? violationDetail : violationSummary;
    const filter = violationFilter({ ...query, status: query.status ?? 'all' });
    const parts = await this.stream.begin({
      filter,
      caller: countedCallerOf(request),
      after,
      view,
      gone,
      allowed: () => stillAllowed(request),
    });
    reply.header('content-type', 'text/event-stream; charset=utf-8').header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    // The stream ends when the process stops, which would otherwise wait for the client to close the idle connection.
    reply.header('connection', 'close');
    await reply.send(Readable.from(parts, { objectMode: false, highWaterMark: 1 }));
  }
}
