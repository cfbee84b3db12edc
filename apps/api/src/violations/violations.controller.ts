import { Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import {
  ApiBadRequestResponse,
  ApiExtraModels,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '#openapi';
import { CONFIGURATION, type Configuration, clientGone } from '#platform';
import { Store, type StoredViolation } from '#store';
import { notFound } from '../not-found.js';
import { ProblemView } from '../problem.dto.js';
import { Settle } from '../settle/settle.js';
import { timeoutOf } from '../settle/settle-query.js';
import { ExplainViolation, WholeExplanation } from './explain-violation.js';
import { countOf, Searches } from './filter/searches.js';
import { violationFilter } from './filter/violation-filter-query.js';
import { ViolationQuery } from './filter/violation-query.js';
import { Verification, VerifyViolation } from './keys/verify-violation.js';
import { TraceView } from './trace/trace.dto.js';
import { TraceReader } from './trace/trace-reader.js';
import { signedRecord, ViolationDetail, ViolationList, ViolationRevisionList, violationDetail, violationSummary } from './violation.dto.js';

const PAGE = 100;

@ApiTags('violations')
@ApiExtraModels(ViolationDetail)
@Controller('v1/violations')
export class ViolationsController {
  constructor(
    private readonly store: Store,
    private readonly verifyViolation: VerifyViolation,
    private readonly traceReader: TraceReader,
    private readonly explainViolation: ExplainViolation,
    private readonly settle: Settle,
    private readonly searches: Searches,
    @Inject(CONFIGURATION) private readonly configuration: Configuration,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Violations, newest first',
    description:
      'All filters must hold. `total` counts all pages, up to 10,000. No index finds a part of a text: with `q` a page ends after some milliseconds, with ' +
      'fewer violations than `limit`, or none, and `next` continues from there. Its `total` is then the length of the page.',
  })
  @ApiOkResponse({ type: ViolationList, description: `With \`view=full\`: each as #/components/schemas/ViolationDetail.` })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiResponse({ status: 504, type: ProblemView, description: 'With `settled=true`: timeout; `errors` says what is missing.' })
  async list(@Query() query: ViolationQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<ViolationList> {
    const settled = query.settled === undefined ? this.configuration.process.testMode : query.settled === 'true';
    const gone = clientGone(reply);
    if (settled) await this.settle.wait(timeoutOf(query), gone);
    const after = query.cursor ?? query.after;
    const countAll = query.count === 'exact';
    const page = { limit: query.limit ?? PAGE, countAll, signal: gone, ...(after === undefined ? {} : { after }) };
    const filter = violationFilter(query);
    const long = countAll ? countOf(filter) : undefined;
    const { violations, total, totalIs, next } = await this.searches.run(gone, long, () => this.store.violations(filter, page));
    const view = query.view === 'full' ? violationDetail : violationSummary;
    const bounded = totalIs === undefined ? {} : { total_is: totalIs };
    return { violations: violations.map(view), total, ...bounded, ...(next === undefined ? {} : { next }) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One violation with everything that is known: explanation, signature, revision, log range' })
  @ApiOkResponse({ type: ViolationDetail })
  @ApiNotFoundResponse({ type: ProblemView })
  async get(@Param('id') id: string): Promise<ViolationDetail> {
    return violationDetail(await this.find(id));
  }

  @Get(':id/revisions')
  @ApiOperation({
    summary: 'All revisions of a violation, each as it was signed, oldest first',
    description:
      'A late span can retract or change a violation. `betrace verify` reads the answer. Revisions that were replaced before a server ' +
      'stored them are missing.',
  })
  @ApiOkResponse({ type: ViolationRevisionList })
  @ApiNotFoundResponse({ type: ProblemView })
  async revisions(@Param('id') id: string): Promise<ViolationRevisionList> {
    const revisions = await this.store.violationRevisions(id);
    const standing = revisions.find(({ stands }) => stands);
    if (standing === undefined) throw notFound('BT_API_VIOLATION_NOT_FOUND', id);
    const { revision, firstOffset } = standing;
    return { id, standing: { revision, first_offset: firstOffset }, revisions: revisions.map(violationDetail), total: revisions.length };
  }

  @Post(':id/verify')
  @RouteConfig({ scope: 'read' })
  @HttpCode(200)
  @ApiOperation({ summary: 'Checks the signatures of a violation as it is stored' })
  @ApiOkResponse({ type: Verification })
  @ApiNotFoundResponse({ type: ProblemView })
  async verify(@Param('id') id: string): Promise<Verification> {
    return this.verifyViolation.verify(signedRecord(await this.find(id)));
  }

  @Get(':id/trace')
  @ApiOperation({ summary: 'The spans of the offending trace, as long as the log keeps them' })
  @ApiOkResponse({ type: TraceView })
  @ApiNotFoundResponse({ type: ProblemView })
  async trace(@Param('id') id: string): Promise<TraceView> {
    return this.traceReader.read(signedRecord(await this.find(id)));
  }

  @Get(':id/explanation')
  @ApiOperation({
    summary: 'The explanation, evaluated again on all spans of the offending trace',
    description:
      'The record names one span for conditions that are judged by bits and counters; this explanation names all. It is not signed, and the trace may have later spans.',
  })
  @ApiOkResponse({ type: WholeExplanation })
  @ApiNotFoundResponse({
    type: ProblemView,
    description: 'There is no such violation, its version of the rule is not kept, or its spans are not.',
  })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'It takes too long.' })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many explanations are waiting.' })
  async explanation(@Param('id') id: string): Promise<WholeExplanation> {
    return this.explainViolation.explain(signedRecord(await this.find(id)));
  }

  private async find(id: string): Promise<StoredViolation> {
    const violation = await this.store.violation(id);
    if (violation === undefined) throw notFound('BT_API_VIOLATION_NOT_FOUND', id);
    return violation;
  }
}
