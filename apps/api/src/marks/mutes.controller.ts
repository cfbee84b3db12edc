import { randomUUID } from 'node:crypto';
import { Body, Controller, Delete, Get, Inject, Param, Post, Query, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
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
import { CLOCK, type Clock, callerOf, noteChange } from '#platform';
import { type Mute, Store } from '#store';
import { ApiError } from '../api-error.js';
import { ProblemView } from '../problem.dto.js';
import { requireRule } from '../rules/save/find-rule.js';
import { MuteBody, MuteList, MuteQuery, MuteView, muteView } from './mute.dto.js';

const PAGE = 100;
/** Active mutes: each group that is listed is compared with those of its rule. */
const MAX_MUTES = 1_000;

@ApiTags('violations')
@Controller('v1/mutes')
export class MutesController {
  constructor(
    private readonly store: Store,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Which rules are muted, by whom, and until when' })
  @ApiOkResponse({ type: MuteList })
  @ApiBadRequestResponse({ type: ProblemView })
  async list(@Query() { rule_id, active = true, limit = PAGE, cursor }: MuteQuery): Promise<MuteList> {
    const now = this.clock.now();
    const filter = { ruleId: rule_id, activeAt: active ? now : undefined };
    const { mutes, total, next } = await this.store.mutes(filter, { limit, ...(cursor === undefined ? {} : { after: cursor }) });
    return { mutes: mutes.map((mute) => muteView(mute, now)), total, ...(next === undefined ? {} : { next }) };
  }

  @Post()
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({
    summary: 'Mutes a rule, or a rule in a service',
    description:
      'A mute hides nothing by itself: violations are judged, signed, kept, counted and exported as ever. Their groups say `muted`, and the list of groups can leave them out.',
  })
  @ApiCreatedResponse({ type: MuteView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView, description: 'There is no such rule.' })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'There are too many mutes.' })
  async mute(@Body() { rule_id, ...body }: MuteBody, @Req() request: FastifyRequest): Promise<MuteView> {
    const now = this.clock.now();
    // `null` is as a missing member.
    const [service, until, note] = [body.service ?? undefined, body.until ?? undefined, body.note ?? undefined];
    if (until !== undefined && until <= now) throw new ApiError('BT_API_MUTE_ENDED', { until: new Date(until).toISOString() });
    const { id: ruleId } = await requireRule(this.store, rule_id);
    const mute: Mute = {
      id: `mute-${randomUUID()}`,
      ruleId,
      at: now,
      by: callerOf(request),
      ...(service === undefined ? {} : { service }),
      ...(until === undefined ? {} : { until }),
      ...(note === undefined ? {} : { note }),
    };
    if (!(await this.store.addMute(mute, MAX_MUTES))) throw new ApiError('BT_API_TOO_MANY_MUTES', { limit: MAX_MUTES });
    noteChange(request, { event: 'mute.created', subject: mute.id, after: mute });
    return muteView(mute, now);
  }

  @Delete(':id')
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({ summary: 'Ends a mute; who did so is kept with it' })
  @ApiOkResponse({ type: MuteView })
  @ApiNotFoundResponse({ type: ProblemView })
  async end(@Param('id') id: string, @Req() request: FastifyRequest): Promise<MuteView> {
    const now = this.clock.now();
    const mute = await this.store.endMute(id, now, callerOf(request));
    if (mute === undefined) throw new ApiError('BT_API_MUTE_NOT_FOUND', { id });
    noteChange(request, { event: 'mute.ended', subject: id, after: mute });
    return muteView(mute, now);
  }
}
