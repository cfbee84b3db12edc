import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
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
import { Store } from '#store';
import { ProblemView } from '../problem.dto.js';
import { RuleHealth } from './health/rule-health.js';
import { RuleSamples, ruleSampleView } from './health/rule-samples.dto.js';
import { RuleStatusFollower } from './health/rule-status-follower.js';
import { ImportBody, ImportQuery, ImportResult, wholeImport } from './import/import.dto.js';
import { importPreconditions } from './import/import-preconditions.js';
import { ImportRules } from './import/import-rules.js';
import { RuleBody, RuleList, RulePatch, RuleView, ruleStatusView, ruleView } from './rule.dto.js';
import { ruleMode } from './rule-mode.js';
import { RuleHealthQuery, RuleQuery, rulePage, SaveQuery } from './rule-query.js';
import { AnswerRule } from './save/answer-rule.js';
import { Cached, Conditional, ConditionalImport, changeOf, changerOf, saveOf } from './save/conditional.js';
import { contentEtag, etagOf, unlessKnown } from './save/etag.js';
import { requireRule } from './save/find-rule.js';
import { SaveRule } from './save/save-rule.js';

@ApiTags('rules')
@Controller('v1/rules')
export class RulesController {
  constructor(
    private readonly store: Store,
    private readonly saveRule: SaveRule,
    private readonly answerRule: AnswerRule,
    private readonly ruleStatus: RuleStatusFollower,
    private readonly importRules: ImportRules,
    private readonly ruleHealth: RuleHealth,
  ) {}

  @Get()
  @Cached()
  @ApiOperation({
    summary: 'All rules, or those that a filter selects, in order of id',
    description: 'All filters must hold. Without `limit` the answer has every rule, as a backup needs it; `total` counts all pages.',
  })
  @ApiOkResponse({ type: RuleList })
  @ApiBadRequestResponse({ type: ProblemView })
  async list(
    @Query() query: RuleQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleList | undefined> {
    const { rules, ...page } = rulePage(await this.store.rules(), query);
    const health = query.health === true ? await this.ruleHealth.of(rules) : undefined;
    const list: RuleList = { rules: rules.map((rule) => ({ ...ruleView(rule), ...health?.(rule) })), ...page };
    return unlessKnown(list, contentEtag(list), request, reply);
  }

  @Get(':id')
  @Cached()
  @ApiOperation({
    summary: 'One rule, and the last error of its evaluation, if any',
    description: 'Here and below a rule is named by its id, or by its name, when no rule has that id and only one that name.',
  })
  @ApiOkResponse({ type: RuleView, description: '`ETag` begins with its version.' })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  async get(
    @Param('id') id: string,
    @Query() query: RuleHealthQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView | undefined> {
    const rule = await requireRule(this.store, id);
    const status = this.ruleStatus.of(rule);
    const health = query.health === true ? (await this.ruleHealth.of([rule]))(rule) : {};
    const view = { ...(await this.answerRule.view(rule)), ...(status === undefined ? {} : { status: ruleStatusView(status) }), ...health };
    return unlessKnown(view, etagOf(view), request, reply);
  }

  @Get(':id/samples')
  @Cached()
  @ApiOperation({
    summary: 'The last matches of a rule in the mode `shadow`, with their explanations',
    description: 'They cause no notification, and are in no list and no total of violations. They appear about a second after the verdict.',
  })
  @ApiOkResponse({ type: RuleSamples })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  async samples(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleSamples | undefined> {
    const rule = await requireRule(this.store, id);
    const samples: RuleSamples = {
      rule_id: rule.id,
      mode: ruleMode(rule),
      samples: this.ruleStatus.samplesOf(rule.id).map(ruleSampleView),
    };
    return unlessKnown(samples, contentEtag(samples), request, reply);
  }

  @Post()
  @RouteConfig({ scope: 'rules:write' })
  @Conditional()
  @ApiOperation({
    summary: 'Creates a rule, or restores one from a backup',
    description:
      'Without an `id` the rule is called by its name (`Slow requests` → `slow-requests`). With one, the rule of that id is ' +
      'replaced, so that a backup can be restored any number of times. The change is in force for spans sent after the answer.',
  })
  @ApiCreatedResponse({ type: RuleView })
  @ApiOkResponse({ type: RuleView, description: 'A rule with this id existed; the body replaced it.' })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Another rule has this name.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'The expression has errors; each has line and column.' })
  async create(
    @Body() body: RuleBody,
    @Query() query: SaveQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView> {
    return this.answerRule.saved(await this.saveRule.create(body, saveOf(request, query)), reply);
  }

  @Post('import')
  @RouteConfig({ scope: 'rules:write' })
  @ConditionalImport()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Saves many rules at once, all or none',
    description:
      'They come into force together. `merge` keeps all other rules, `replace` deletes them. With `dry_run` it only returns what would ' +
      'change. Both may be in the body or in the URL. With `merge`, a `version` refuses the import when the rule has another one (409); for a rule that ' +
      'does not exist it is ignored. `replace` ignores `version`: it restores a backup despite later changes. `If-Match` with the ETag of `GET /v1/rules` ' +
      'refuses either when any rule has changed since (412).',
  })
  @ApiOkResponse({ type: ImportResult })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: '`merge`: a rule has another version.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'Rules have errors; each has its path, line and column.' })
  async import(
    @Body() body: ImportBody,
    @Query() query: ImportQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ImportResult> {
    const change = { ...changerOf(request), runsTests: query.run_tests ?? false };
    const result = await this.importRules.import(wholeImport(body, query), change, importPreconditions(request.headers));
    if (!result.dry_run) await this.answerRule.announce(reply);
    return result;
  }

  @Put(':id')
  @RouteConfig({ scope: 'rules:write' })
  @Conditional()
  @ApiOperation({
    summary: 'Replaces a rule, or creates it',
    description: '`If-Match` or `version` refuse a change of another version. `If-None-Match: *` creates only.',
  })
  @ApiOkResponse({ type: RuleView })
  @ApiCreatedResponse({ type: RuleView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView, description: 'The body has a `version`, and there is no such rule.' })
  @ApiConflictResponse({ type: ProblemView, description: 'The rule has another version than the body.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView })
  async replace(
    @Param('id') id: string,
    @Body() body: RuleBody,
    @Query() query: SaveQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView> {
    return this.answerRule.saved(await this.saveRule.replace(id, body, saveOf(request, query)), reply);
  }

  @Patch(':id')
  @RouteConfig({ scope: 'rules:write' })
  @Conditional()
  @ApiOperation({
    summary: 'Changes what the body names, for instance `{"enabled": false}`',
    description: 'As a JSON merge patch (RFC 7396): `null` gives a member its default. Also as `application/merge-patch+json`.',
  })
  @ApiOkResponse({ type: RuleView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'The rule has another version than the body.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView })
  async change(
    @Param('id') id: string,
    @Body() patch: RulePatch,
    @Query() query: SaveQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView> {
    return this.answerRule.saved({ rule: await this.saveRule.change(id, patch, saveOf(request, query)), created: false }, reply);
  }

  @Delete(':id')
  @RouteConfig({ scope: 'rules:write' })
  @HttpCode(204)
  @Conditional()
  @ApiOperation({ summary: 'Deletes a rule; its violations and its history stay' })
  @ApiNoContentResponse()
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  async remove(@Param('id') id: string, @Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.saveRule.remove(id, changeOf(request));
    await this.answerRule.announce(reply);
  }
}
