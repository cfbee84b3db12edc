import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiServiceUnavailableResponse, ApiTags } from '#openapi';
import { noteChange } from '#platform';
import { ProblemView } from '../../problem.dto.js';
import { RulePublisher } from './rule-publisher.js';

export class ReplacedRuleSets {
  @ApiProperty({ type: [Number], example: [5, 6], description: 'The lost rule sets (epochs). Empty: none was lost.' })
  replaced!: readonly number[];
}

/** Rule sets that the spans log names, but neither the store nor the rules log has: a restored backup is older than the spans. */
@ApiTags('rules')
@Controller('v1/rules/lost-sets')
export class LostRuleSetsController {
  constructor(private readonly publisher: RulePublisher) {}

  @Post('replace')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Judges the spans of lost rule sets by the current rules',
    description:
      'For BT_LOG_RULE_SET_MISSING, when no backup has the rule sets. It cannot be undone: the rules that are enabled ' +
      'at this moment replace the lost rule sets. An unnecessary or repeated call does no harm.',
  })
  @ApiOkResponse({ type: ReplacedRuleSets })
  @ApiServiceUnavailableResponse({ type: ProblemView, description: 'The store or the log cannot be reached; call it again.' })
  async replace(@Req() request: FastifyRequest): Promise<ReplacedRuleSets> {
    const replaced = await this.publisher.replaceLost();
    if (replaced.length > 0) noteChange(request, { event: 'rule_sets.replaced', subject: replaced.join(','), after: replaced });
    return { replaced };
  }
}
