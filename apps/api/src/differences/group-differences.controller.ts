import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '#openapi';
import { CLOCK, type Clock } from '#platform';
import { Store } from '#store';
import { notFound } from '../not-found.js';
import { ProblemView } from '../problem.dto.js';
import { differencesView, GroupDifferencesQuery, GroupDifferencesView } from './group-differences.dto.js';
import { GroupDifferences } from './group-differences.js';

const DEFAULT_LIMIT = 20;

@ApiTags('violations')
@Controller('v1/violations/groups/:id/differences')
export class GroupDifferencesController {
  constructor(
    private readonly store: Store,
    private readonly differences: GroupDifferences,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What the traces of a group have that others do not: attributes, names, statuses',
    description:
      'Compares the traces of the newest 200 violations with complete traces around them in the log. The log must still have them, and 30,000 spans are read at most. ' +
      '`start_time` and `end_time` select the violations.',
  })
  @ApiOkResponse({ type: GroupDifferencesView })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many comparisons are waiting.' })
  async list(@Param('id') id: string, @Query() query: GroupDifferencesQuery): Promise<GroupDifferencesView> {
    const group = await this.store.violationGroup(id, this.clock.now());
    if (group === undefined) throw notFound('BT_API_VIOLATION_GROUP_NOT_FOUND', id);
    const { start_time: startTime, end_time: endTime, limit = DEFAULT_LIMIT } = query;
    const range = { ...(startTime === undefined ? {} : { startTime }), ...(endTime === undefined ? {} : { endTime }) };
    return differencesView(id, limit, await this.differences.of(group, range));
  }
}
