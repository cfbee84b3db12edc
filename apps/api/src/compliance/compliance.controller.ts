import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiBadRequestResponse, ApiExtraModels, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '#openapi';
import { ProblemView } from '../problem.dto.js';
import { ComplianceFrameworks, ComplianceQuery, ComplianceReport } from './compliance.dto.js';
import { ComplianceReporter } from './compliance-reporter.js';
import { reportCsv } from './report-csv.js';
import { REPORT_PAGE_POLICY, reportPage } from './report-page.js';

@ApiTags('compliance')
@ApiExtraModels(ComplianceReport)
@Controller('v1/compliance')
export class ComplianceController {
  constructor(private readonly compliance: ComplianceReporter) {}

  @Get()
  @ApiOperation({ summary: 'The frameworks with controls in rules' })
  @ApiOkResponse({ type: ComplianceFrameworks })
  async frameworks(): Promise<ComplianceFrameworks> {
    return { frameworks: await this.compliance.frameworks() };
  }

  @Get(':framework')
  @ApiOperation({
    summary: 'The report of a framework, control by control',
    description:
      'For each control that rules name: the traces in scope, passed, violated, undecided and not covered. Counts of closed traces come some ' +
      '20 s after the traces. `csv`: RFC 4180 with a header, in which an apostrophe precedes texts that a spreadsheet would run as formulas. `html`: a page to print.',
  })
  @ApiOkResponse({
    content: {
      'application/json': { schema: { $ref: '#/components/schemas/ComplianceReport' } },
      'text/csv': { schema: { type: 'string' } },
      'text/html': { schema: { type: 'string' } },
    },
  })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiNotFoundResponse({ type: ProblemView })
  async report(@Param('framework') framework: string, @Query() query: ComplianceQuery, @Res() reply: FastifyReply): Promise<void> {
    const { format = 'json', from, to } = query;
    const report = await this.compliance.report(framework, { from, to });
    if (format === 'json') return void (await reply.send(report));
    if (format === 'html') {
      reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', REPORT_PAGE_POLICY);
      return void (await reply.send(reportPage(report)));
    }
    reply
      .header('content-type', 'text/csv; charset=utf-8; header=present')
      .header('content-disposition', 'attachment; filename="compliance.csv"');
    await reply.send(reportCsv(report));
  }
}
