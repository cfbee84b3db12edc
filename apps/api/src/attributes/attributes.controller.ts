import { Controller, Get, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { ProblemView } from '../problem.dto.js';
import { AttributesQuery, AttributesView } from './attributes.dto.js';
import { SampleAttributes } from './sample-attributes.js';

const DEFAULT_LIMIT = 100;

@ApiTags('rules')
@Controller('v1/attributes')
export class AttributesController {
  constructor(private readonly attributes: SampleAttributes) {}

  @Get()
  @ApiOperation({
    summary: 'Names and values of attributes in the latest spans',
    description:
      'For authors of rules. A sample of the spans log, read on request, and cached for ten seconds. Values of attributes that `attributes.sensitive` names are never returned.',
  })
  @ApiOkResponse({ type: AttributesView })
  @ApiBadRequestResponse({ type: ProblemView })
  async list(@Query() { q = '', on, limit = DEFAULT_LIMIT }: AttributesQuery): Promise<AttributesView> {
    const { attributes, more, spans, since, until } = await this.attributes.sample();
    const part = q.toLowerCase();
    const fitting = attributes.filter((one) => (on === undefined || one.on === on) && one.name.toLowerCase().includes(part));
    return {
      attributes: fitting.slice(0, limit),
      total: fitting.length,
      more,
      sampled_spans: spans,
      ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
      ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
    };
  }
}
