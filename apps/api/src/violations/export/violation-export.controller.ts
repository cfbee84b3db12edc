import { Readable } from 'node:stream';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '#openapi';
import { clientGone, countedCallerOf, LOGGER, type Logger } from '#platform';
import { Store } from '#store';
import { ProblemView } from '../../problem.dto.js';
import { violationFilter } from '../filter/violation-filter-query.js';
import { EXPORT_FORMATS, exportViolations, type ReadViolations } from './export-violations.js';
import { OpenExports } from './open-exports.js';
import { ViolationExportQuery } from './violation-export-query.js';

@ApiTags('violations')
@Controller('v1/violations/export')
export class ViolationExportController {
  constructor(
    private readonly store: Store,
    private readonly exports: OpenExports,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'All violations that the filters select, as a file',
    description:
      'Takes the filters of the list; newest first. `csv`: RFC 4180 with a header, where texts that a spreadsheet would run as formulas have an apostrophe ' +
      'before them. `ndjson`: each violation as #/components/schemas/ViolationDetail on a line of its own, as `betrace verify` reads them. If an answer ' +
      'fails, its connection ends without the last chunk.',
  })
  @ApiOkResponse({
    description: 'As an attachment.',
    content: { 'text/csv': { schema: { type: 'string' } }, 'application/x-ndjson': { schema: { type: 'string' } } },
  })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiResponse({
    status: 429,
    type: ProblemView,
    description: 'Too many exports or archives of evidence are open, in this process (8) or of this key or address (4).',
  })
  async export(@Query() query: ViolationExportQuery, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { format = 'csv', limit } = query;
    const { contentType } = EXPORT_FORMATS[format];
    const filter = violationFilter(query);
    const gone = clientGone(reply);
    const read: ReadViolations = (page) => this.store.violationsFrom(filter, page);
    let body: Readable | undefined;
    const begin = () => exportViolations(read, EXPORT_FORMATS[format], limit);
    const parts = await this.exports.run({ caller: countedCallerOf(request), gone, begin, stalled: (error) => body?.destroy(error) });
    reply.header('content-type', contentType).header('content-disposition', `attachment; filename="violations.${format}"`);
    body = Readable.from(parts, { objectMode: false });
    // The answer has started, so its status cannot report the error: the log does.
    body.on('error', (error) => this.logger.error({ err: error }, 'an export of violations was aborted'));
    await reply.send(body);
  }
}
