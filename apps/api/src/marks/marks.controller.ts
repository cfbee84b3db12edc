import { Body, Controller, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { ApiBadRequestResponse, ApiCreatedResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { CLOCK, type Clock, callerOf, noteChange } from '#platform';
import { Store } from '#store';
import { ApiError } from '../api-error.js';
import { notFound } from '../not-found.js';
import { ProblemView } from '../problem.dto.js';
import type { ApiProblemCode } from '../problems.js';
import { MarkBody, MarkList, MarkQuery, MarkView, markView } from './mark.dto.js';

const PAGE = 100;

/** Acknowledgements, notes and mutes of violations and their groups. They are not part of the signed record. */
@ApiTags('violations')
@Controller('v1/violations')
export class MarksController {
  constructor(
    private readonly store: Store,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('groups/:id/marks')
  @ApiOperation({ summary: 'The acknowledgements and notes of a group' })
  @ApiOkResponse({ type: MarkList })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  async ofGroup(@Param('id') id: string, @Query() query: MarkQuery): Promise<MarkList> {
    if ((await this.store.violationGroup(id, this.clock.now())) === undefined) throw notFound('BT_API_VIOLATION_GROUP_NOT_FOUND', id);
    return this.list(id, query);
  }

  @Post('groups/:id/marks')
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({
    summary: 'Acknowledges a group, reverts that, or adds a note',
    description: 'An acknowledged group is neither new nor regressed, until it comes back after at least 24 hours without violations.',
  })
  @ApiCreatedResponse({ type: MarkView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  markGroup(@Param('id') id: string, @Body() body: MarkBody, @Req() request: FastifyRequest): Promise<MarkView> {
    return this.add(id, /^grp-/, 'BT_API_VIOLATION_GROUP_NOT_FOUND', body, request);
  }

  @Get(':id/marks')
  @ApiOperation({ summary: 'The acknowledgements and notes of a violation' })
  @ApiOkResponse({ type: MarkList })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  async ofViolation(@Param('id') id: string, @Query() query: MarkQuery): Promise<MarkList> {
    if ((await this.store.violation(id)) === undefined) throw notFound('BT_API_VIOLATION_NOT_FOUND', id);
    return this.list(id, query);
  }

  @Post(':id/marks')
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({ summary: 'Acknowledges a violation, reverts that, or adds a note' })
  @ApiCreatedResponse({ type: MarkView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  markViolation(@Param('id') id: string, @Body() body: MarkBody, @Req() request: FastifyRequest): Promise<MarkView> {
    return this.add(id, /^(?!grp-)/, 'BT_API_VIOLATION_NOT_FOUND', body, request);
  }

  private async list(id: string, { limit = PAGE, cursor }: MarkQuery): Promise<MarkList> {
    const marks = await this.store.marks(id, { limit: limit + 1, below: cursor });
    const page = marks.slice(0, limit);
    const last = page.at(-1);
    return { marks: page.map(markView), ...(marks.length > limit && last !== undefined ? { next: String(last.number) } : {}) };
  }

  private async add(
    id: string,
    named: RegExp,
    unknown: ApiProblemCode,
    { kind, note }: MarkBody,
    request: FastifyRequest,
  ): Promise<MarkView> {
    const newMark = { kind, at: this.clock.now(), by: callerOf(request), ...(note === undefined || note === null ? {} : { note }) };
    const mark = named.test(id) ? await this.store.addMark(id, newMark) : undefined;
    if (mark === undefined) throw new ApiError(unknown, { id });
    noteChange(request, { event: `violation.${kind}`, subject: id, after: mark });
    return markView(mark);
  }
}
