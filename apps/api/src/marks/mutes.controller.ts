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
import { CLOCK, type Clock, callerOf, noteChange, Problem } from '#platform';
import { type Mute, Store } from '#store';
import { ApiError } from '../api-error.js';
import { notFound } from '../not-found.js';
import { ProblemView } from '../problem.dto.js';
import { requireRule } from '../rules/save/find-rule.js';
import { MAX_WORSE_ABOVE, MuteBody, MuteList, MuteQuery, MuteView, muteView } from './mute.dto.js';

const PAGE = 100;
/** Maximum of active mutes: each listed group is compared with those of its rule. */
const MAX_MUTES = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A mute "until worse" ends above this multiple of the busiest hour, and at least at the minimum below. */
const WORSE = 2;
const MIN_WORSE = 10;

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
      'It ends at its time, by `DELETE`, or when it gets worse. A mute hides no data: violations are judged, signed, stored, counted and exported as before. Their groups have `muted`, and the list of groups can leave them out.',
  })
  @ApiCreatedResponse({ type: MuteView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView, description: 'There is no such rule.' })
  @ApiConflictResponse({ type: ProblemView, description: 'Several rules have this name.' })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'There are too many mutes.' })
  async mute(@Body() { rule_id, ...body }: MuteBody, @Req() request: FastifyRequest): Promise<MuteView> {
    const now = this.clock.now();
    // `null` counts as absent.
    const [service, until, note] = [body.service ?? undefined, body.until ?? undefined, body.note ?? undefined];
    if (typeof body.worse_above === 'number' && body.until_worse === false) {
      throw new Problem('BT_HTTP_INVALID', 'until_worse is false, and worse_above says how much worse: leave one of them out', {
        errors: [{ path: 'until_worse', message: 'must not be false if worse_above is given' }],
      });
    }
    if (until !== undefined && until <= now) throw new ApiError('BT_API_MUTE_ENDED', { until: new Date(until).toISOString() });
    const { id: ruleId } = await requireRule(this.store, rule_id);
    const worseAbove = await this.worseAbove(ruleId, service, body, now);
    const mute: Mute = {
      id: `mute-${randomUUID()}`,
      ruleId,
      at: now,
      by: callerOf(request),
      ...(service === undefined ? {} : { service }),
      ...(until === undefined ? {} : { until }),
      ...(worseAbove === undefined ? {} : { worseAbove }),
      ...(note === undefined ? {} : { note }),
    };
    if (!(await this.store.addMute(mute, MAX_MUTES))) throw new ApiError('BT_API_TOO_MANY_MUTES', { limit: MAX_MUTES });
    noteChange(request, { event: 'mute.created', subject: mute.id, after: mute });
    return muteView(mute, now);
  }

  /** The threshold from the last day's violations; undefined if it is not requested. */
  private async worseAbove(
    ruleId: string,
    service: string | undefined,
    { until_worse, worse_above }: Omit<MuteBody, 'rule_id'>,
    now: number,
  ): Promise<number | undefined> {
    if (typeof worse_above === 'number') return worse_above;
    if (until_worse !== true) return undefined;
    const filter = { ruleId, status: 'open' as const, ...(service === undefined ? {} : { service }) };
    const { counts } = await this.store.violationCounts(filter, { start: now - DAY, step: HOUR, buckets: DAY / HOUR, groups: 1 });
    return Math.min(MAX_WORSE_ABOVE, Math.max(MIN_WORSE, WORSE * Math.max(...counts)));
  }

  @Delete(':id')
  @RouteConfig({ scope: 'rules:write' })
  @ApiOperation({ summary: 'Ends a mute, and records who ended it' })
  @ApiOkResponse({ type: MuteView })
  @ApiNotFoundResponse({ type: ProblemView })
  async end(@Param('id') id: string, @Req() request: FastifyRequest): Promise<MuteView> {
    const now = this.clock.now();
    const mute = await this.store.endMute(id, now, callerOf(request));
    if (mute === undefined) throw notFound('BT_API_MUTE_NOT_FOUND', id);
    noteChange(request, { event: 'mute.ended', subject: id, after: mute });
    return muteView(mute, now);
  }
}
