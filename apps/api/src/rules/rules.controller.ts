import { Body, Controller, Delete, Get, Headers, HttpCode, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '#openapi';
import { Problem } from '#platform';
import { Store, type StoredRule } from '#store';
import { ApiError } from '../api-error.js';
import { ProblemView } from '../problem.dto.js';
import { AnnounceRules } from './announce-rules.js';
import { CheckExpression } from './check-expression.js';
import { FollowRuleStatus } from './follow-rule-status.js';
import { etag, expectedVersion } from './if-match.js';
import { ImportBody, ImportResult } from './import.dto.js';
import { ImportRules } from './import-rules.js';
import { RuleBody, RuleList, RulePatch, RuleView, ruleStatusView, ruleView } from './rule.dto.js';
import { matchesQuery, RuleQuery } from './rule-query.js';
import { SaveRule } from './save-rule.js';

/** `published` or `pending`: whether the change is in force for spans that are sent after the answer. */
const PUBLICATION_HEADER = 'betrace-rule-publication';

@ApiTags('rules')
@Controller('v1/rules')
export class RulesController {
  constructor(
    private readonly store: Store,
    private readonly saveRule: SaveRule,
    private readonly announceRules: AnnounceRules,
    private readonly ruleStatus: FollowRuleStatus,
    private readonly checkExpression: CheckExpression,
    private readonly importRules: ImportRules,
  ) {}

  @Get()
  @ApiOperation({ summary: 'All rules, or those that a filter selects, in order of id' })
  @ApiOkResponse({ type: RuleList })
  async list(@Query() query: RuleQuery): Promise<RuleList> {
    const rules = (await this.store.rules()).filter((rule) => matchesQuery(rule, query)).map(ruleView);
    return { rules, total: rules.length };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One rule, and the last error of its evaluation, if any' })
  @ApiOkResponse({ type: RuleView, description: '`ETag` is its version.' })
  @ApiNotFoundResponse({ type: ProblemView })
  async get(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<RuleView> {
    const rule = await this.store.rule(id);
    if (rule === undefined) throw new ApiError('BT_API_RULE_NOT_FOUND', { id });
    reply.header('etag', etag(rule.version));
    const status = this.ruleStatus.of(rule);
    return { ...(await this.view(rule)), ...(status === undefined ? {} : { status: ruleStatusView(status) }) };
  }

  @Post()
  @ApiOperation({
    summary: 'Creates a rule, or restores one from a backup',
    description:
      'Without an `id` the rule is called by its name (`Slow requests` → `slow-requests`). With one, the rule of that id is ' +
      'replaced, so that a backup can be restored any number of times. The change is in force for spans sent after the answer.',
  })
  @ApiCreatedResponse({ type: RuleView })
  @ApiOkResponse({ type: RuleView, description: 'There was a rule of this id; it is now as in the body.' })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Another rule has this name.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'The expression has errors; each has line and column.' })
  async create(@Body() body: RuleBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<RuleView> {
    const { rule, created } = await this.saveRule.create(body);
    return this.answer(rule, created ? 201 : 200, reply);
  }

  @Post('import')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Puts many rules at once, all or none',
    description:
      'They come into force together. `merge` leaves the other rules alone, `replace` deletes them. With `dry_run` it says what would ' +
      'change. A `version` refuses the import when the rule has another one; of a rule that is not there it is ignored.',
  })
  @ApiOkResponse({ type: ImportResult })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'A rule has another version.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'Rules have errors; each has its path, line and column.' })
  async import(
    @Body() body: ImportBody,
    @Query() query: Readonly<Record<string, unknown>>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportResult> {
    refuseParameters(query);
    const result = await this.importRules.import(body);
    if (!result.dry_run) reply.header(PUBLICATION_HEADER, await this.announceRules.announce());
    return result;
  }

  @Put(':id')
  @ApiOperation({ summary: 'Replaces a rule, or creates it', description: '`If-Match` or `version` refuse a change of another version.' })
  @ApiOkResponse({ type: RuleView })
  @ApiCreatedResponse({ type: RuleView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'The rule has another version.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView })
  async replace(
    @Param('id') id: string,
    @Body() body: RuleBody,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView> {
    const { rule, created } = await this.saveRule.replace(id, body, expectedVersion(ifMatch, body.version));
    return this.answer(rule, created ? 201 : 200, reply);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Changes what the body names, for instance `{"enabled": false}`' })
  @ApiOkResponse({ type: RuleView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'The rule has another version.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView })
  async change(
    @Param('id') id: string,
    @Body() patch: RulePatch,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView> {
    return this.answer(await this.saveRule.change(id, patch, expectedVersion(ifMatch, patch.version)), 200, reply);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Deletes a rule; its violations stay' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ type: ProblemView })
  async remove(@Param('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.saveRule.remove(id);
    reply.header(PUBLICATION_HEADER, await this.announceRules.announce());
  }

  private async answer(rule: StoredRule, status: 200 | 201, reply: FastifyReply): Promise<RuleView> {
    reply.status(status).header('etag', etag(rule.version));
    if (status === 201) reply.header('location', `/v1/rules/${encodeURIComponent(rule.id)}`);
    reply.header(PUBLICATION_HEADER, await this.announceRules.announce());
    return this.view(rule);
  }

  private async view(rule: StoredRule): Promise<RuleView> {
    return { ...ruleView(rule), warnings: await this.checkExpression.warningsOf(rule.expression) };
  }
}

/** Somebody who asks for a dry run in the address must not get a real one. */
function refuseParameters(query: Readonly<Record<string, unknown>>): void {
  const errors = Object.keys(query).map((path) => ({ path, message: `${path} belongs into the body` }));
  const [first] = errors;
  if (first !== undefined) throw new Problem('BT_HTTP_INVALID', first.message, { errors });
}
