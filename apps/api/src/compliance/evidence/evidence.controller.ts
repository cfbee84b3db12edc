import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiBadRequestResponse, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '#openapi';
import { clientGone, countedCallerOf, LOGGER, type Logger } from '#platform';
import type { KeyRing } from '#signing';
import { Store } from '#store';
import { ProblemView } from '../../problem.dto.js';
import { OpenExports } from '../../violations/export/open-exports.js';
import { KEY_RING, keyView } from '../../violations/keys/keys.controller.js';
import { CompliancePeriodQuery } from '../compliance.dto.js';
import { ComplianceReporter } from '../compliance-reporter.js';
import { evidenceFiles } from './evidence-files.js';
import { tar } from './tar.js';

@ApiTags('compliance')
@Controller('v1/compliance/:framework/evidence')
export class EvidenceController {
  constructor(
    private readonly compliance: ComplianceReporter,
    private readonly store: Store,
    private readonly exports: OpenExports,
    @Inject(KEY_RING) private readonly ring: KeyRing,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'The evidence of a report as one archive: figures, signed violations, versions of rules, public keys, how to verify',
    description:
      'A tar archive, compressed with gzip. `README.txt` says what is in it, and how `betrace verify` checks it without a server. For a past period the same data gives the same archive, byte for ' +
      'byte. If an answer fails, its connection ends without the last chunk, and the archive has no `SHA256SUMS`.',
  })
  @ApiOkResponse({ description: 'As an attachment.', content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } } })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  @ApiResponse({
    status: 429,
    type: ProblemView,
    description: 'Too many exports or archives of evidence are open, in this process (8) or of this key or address (4).',
  })
  async evidence(
    @Param('framework') framework: string,
    @Query() period: CompliancePeriodQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gone = clientGone(reply);
    let archive: Readable | undefined;
    const begin = async (): Promise<AsyncGenerator<Uint8Array>> => {
      const report = await this.compliance.report(framework, { from: period.from, to: period.to });
      const keys = (await this.store.signatureKeys()).map((key) => keyView(key, this.ring));
      // A time in the past: tar warns about files from the future.
      return tar(evidenceFiles(this.store, report, keys, gone), Date.parse(report.from));
    };
    const stalled = (error: Error): void => void archive?.destroy(error);
    archive = Readable.from(await this.exports.run({ caller: countedCallerOf(request), gone, begin, stalled }), { objectMode: false });
    const body = createGzip();
    // The answer has started, so its status cannot report the error: the log does.
    archive.on('error', (error) => {
      if (!gone.aborted) this.logger.error({ err: error }, 'an evidence pack was aborted');
      body.destroy(error);
    });
    reply.header('content-type', 'application/gzip').header('content-disposition', 'attachment; filename="evidence.tar.gz"');
    await reply.send(archive.pipe(body));
  }
}
