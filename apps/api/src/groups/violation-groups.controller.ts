import { Controller, Get, Inject, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { CLOCK, type Clock, clientGone } from '#platform';
import { Store } from '#store';
import { notFound } from '../not-found.js';
import { ProblemView } from '../problem.dto.js';
import { Searches } from '../violations/filter/searches.js';
import { groupView, ViolationGroupList, ViolationGroupView } from './violation-group.dto.js';
import { groupFilter, ViolationGroupQuery } from './violation-group-query.js';

const PAGE = 50;

@ApiTags('violations')
@Controller('v1/violations/groups')
export class ViolationGroupsController {
  constructor(
    private readonly store: Store,
    private readonly searches: Searches,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'Violations by rule, service and fingerprint, the group that was seen last first',
    description:
      'Takes the filters of the list; with `start_time` or `end_time` the groups with a violation in that time. `total` counts all pages.',
  })
  @ApiOkResponse({ type: ViolationGroupList })
  @ApiBadRequestResponse({ type: ProblemView })
  async list(@Query() query: ViolationGroupQuery, @Res({ passthrough: true }) reply: FastifyReply): Promise<ViolationGroupList> {
    const gone = clientGone(reply);
    const page = { limit: query.limit ?? PAGE, signal: gone, ...(query.cursor === undefined ? {} : { after: query.cursor }) };
    const filter = groupFilter(query);
    // Groups are far fewer than violations: searching them takes no longer than counting.
    const { groups, total, next } = await this.searches.run(gone, filter.text === undefined ? undefined : 'count', () =>
      this.store.violationGroups(filter, page, this.clock.now()),
    );
    return { groups: groups.map(groupView), total, ...(next === undefined ? {} : { next }) };
  }

  @Get(':id')
  @ApiOperation({ summary: 'One group of violations; `count` includes all that are stored' })
  @ApiOkResponse({ type: ViolationGroupView })
  @ApiNotFoundResponse({ type: ProblemView })
  async get(@Param('id') id: string): Promise<ViolationGroupView> {
    const group = await this.store.violationGroup(id, this.clock.now());
    if (group === undefined) throw notFound('BT_API_VIOLATION_GROUP_NOT_FOUND', id);
    return groupView(group);
  }
}
