import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiAcceptedResponse,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '#openapi';
import { CLOCK, type Clock, callerOf, clientGone } from '#platform';
import { Store } from '#store';
import { ExpressionChecker } from '../expressions/expression-checker.js';
import { ProblemView } from '../problem.dto.js';
import { PreviewBody, PreviewList, PreviewQuery, PreviewView } from './preview.dto.js';
import { PreviewJobs } from './preview-jobs.js';
import { previewTask } from './preview-request.js';
import { previewView } from './preview-view.js';

const EXPRESSION_LIMIT = 1024 * 1024;

/** Rules replayed over the recorded past. */
@ApiTags('rules')
@Controller('v1')
export class PreviewsController {
  constructor(
    private readonly jobs: PreviewJobs,
    private readonly store: Store,
    private readonly checkExpression: ExpressionChecker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('rules/preview')
  @HttpCode(202)
  @RouteConfig({ scope: 'rules:write', bodyLimit: EXPRESSION_LIMIT })
  @ApiOperation({
    summary: 'Runs a rule, which need not be saved, over the recorded past',
    description:
      'Uses the engine of production on the spans that the log has: the result is what the rule would have found if it had been in force. It runs ' +
      'during ingest, on a share of one CPU. `GET /v1/previews/{id}`, which `Location` names, has its progress and result, and `DELETE` ends it. ' +
      'It belongs to the process that accepted it, which keeps it for an hour. It needs the scope `rules:write`, because it shows values of any trace.',
  })
  @ApiAcceptedResponse({
    type: PreviewView,
    headers: { Location: { description: 'Where to ask for it.', schema: { type: 'string' } } },
  })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView, description: 'There is no rule of this id.' })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'An expression has errors, each with line and column.' })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many previews are waiting.' })
  async begin(
    @Body() body: PreviewBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreviewView> {
    const task = await previewTask(body, this.store, this.checkExpression, this.clock.now());
    const warnings = await this.checkExpression.warningsOf(task.rule.expression);
    const job = this.jobs.begin(task, callerOf(request));
    reply.header('location', `/v1/previews/${job.id}`);
    return { ...previewView(job), warnings };
  }

  @Get('previews')
  @ApiOperation({ summary: 'The previews of this process' })
  @ApiOkResponse({ type: PreviewList })
  list(): PreviewList {
    return { previews: this.jobs.list().map(({ result, ...job }) => previewView(job)) };
  }

  @Get('previews/:id')
  @ApiOperation({ summary: 'The progress and the result of a preview' })
  @ApiOkResponse({ type: PreviewView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  async get(
    @Param('id') id: string,
    @Query() { wait = 0 }: PreviewQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PreviewView> {
    return previewView(await this.jobs.wait(id, wait, clientGone(reply)));
  }

  @Delete('previews/:id')
  @HttpCode(204)
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({ summary: 'Ends a preview, and forgets it' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ type: ProblemView })
  async end(@Param('id') id: string): Promise<void> {
    await this.jobs.delete(id);
  }
}
