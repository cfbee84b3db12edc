import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '#openapi';
import { Store } from '#store';
import { ApiError } from '../../api-error.js';
import { notFound } from '../../not-found.js';
import { ProblemView } from '../../problem.dto.js';
import { RuleView } from '../rule.dto.js';
import { SaveQuery } from '../rule-query.js';
import { AnswerRule } from '../save/answer-rule.js';
import { Cached, Conditional, saveOf } from '../save/conditional.js';
import { contentEtag, unlessKnown } from '../save/etag.js';
import { findRule } from '../save/find-rule.js';
import { SaveRule } from '../save/save-rule.js';
import { RuleVersionList, RuleVersionQuery, RuleVersionView, ruleVersionView } from './rule-version.dto.js';

const PAGE = 100;

/** The history of rules. A deleted rule is named by its id. */
@ApiTags('rules')
@Controller('v1/rules/:id/versions')
export class RuleVersionsController {
  constructor(
    private readonly store: Store,
    private readonly saveRule: SaveRule,
    private readonly answerRule: AnswerRule,
  ) {}

  @Get()
  @Cached()
  @ApiOperation({ summary: 'The history of a rule: who changed what, and when; a deleted rule is named by its id' })
  @ApiOkResponse({ type: RuleVersionList })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  async list(
    @Param('id') idOrName: string,
    @Query() { limit = PAGE, cursor }: RuleVersionQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleVersionList | undefined> {
    const id = await this.idOf(idOrName);
    // One more than requested: the last of the page is compared with it, and it shows whether there is a next page.
    const versions = await this.store.ruleVersions(id, { limit: limit + 1, below: cursor });
    if (versions.length === 0 && cursor === undefined) throw notFound('BT_API_RULE_NOT_FOUND', idOrName);
    const views = versions.slice(0, limit).map((version, i) => ruleVersionView(version, versions[i + 1]));
    const last = views.at(-1);
    const next = versions.length > limit && last !== undefined ? { next: String(last.version) } : {};
    const list: RuleVersionList = { rule_id: id, versions: views, ...next };
    return unlessKnown(list, contentEtag(list), request, reply);
  }

  @Get(':version')
  @Cached()
  @ApiOperation({ summary: 'A rule as it was at a version' })
  @ApiOkResponse({ type: RuleVersionView })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  async get(
    @Param('id') idOrName: string,
    @Param('version') number: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleVersionView | undefined> {
    const id = await this.idOf(idOrName);
    const [version, before] = await this.store.ruleVersions(id, { limit: 2, below: versionOf(id, number) + 1 });
    if (version === undefined || version.version !== versionOf(id, number)) throw unknownVersion(id, number);
    const view = ruleVersionView(version, before);
    return unlessKnown(view, contentEtag(view), request, reply);
  }

  @Post(':version/restore')
  @HttpCode(200)
  @RouteConfig({ scope: 'rules:write', body: 'discard' })
  @Conditional()
  @ApiOperation({
    summary: 'Restores a version of a rule',
    description: 'This makes a new version, and restores a deleted rule. The body is ignored.',
  })
  @ApiOkResponse({ type: RuleView })
  @ApiCreatedResponse({ type: RuleView, description: 'The rule had been deleted.' })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiConflictResponse({ type: ProblemView, description: 'The version is a deletion, or several rules have this name.' })
  @ApiUnprocessableEntityResponse({
    type: ProblemView,
    description: 'The expression of that version is refused today, or a test case fails.',
  })
  async restore(
    @Param('id') idOrName: string,
    @Param('version') number: string,
    @Query() query: SaveQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RuleView> {
    return this.answerRule.saved(await this.saveRule.restore(idOrName, versionOf(idOrName, number), saveOf(request, query)), reply);
  }

  private async idOf(idOrName: string): Promise<string> {
    return (await findRule(this.store, idOrName))?.id ?? idOrName;
  }
}

/** The maximum version number of the store. */
const MAX_VERSION = 2_147_483_646;

function versionOf(id: string, text: string): number {
  const version = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(version <= MAX_VERSION)) throw unknownVersion(id, text);
  return version;
}

function unknownVersion(id: string, version: string): ApiError {
  return new ApiError('BT_API_RULE_VERSION_UNKNOWN', { id, version: version.slice(0, 100) });
}
