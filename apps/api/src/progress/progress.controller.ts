import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { EvaluationProgress } from './evaluation-progress.js';
import { EvaluationProgressView, progressView } from './progress.dto.js';

@ApiTags('operation')
@Controller('v1/evaluation')
export class ProgressController {
  constructor(private readonly progress: EvaluationProgress) {}

  @Get()
  @ApiOperation({
    summary: 'The progress of all evaluators in the spans log',
    description:
      'Read from the log and the positions that evaluators commit about once a second. It counts records (requests of senders, and ticks), not spans; `GET /v1/accounting` of each process counts spans.',
  })
  @ApiOkResponse({ type: EvaluationProgressView })
  async read(): Promise<EvaluationProgressView> {
    return progressView(await this.progress.read());
  }
}
