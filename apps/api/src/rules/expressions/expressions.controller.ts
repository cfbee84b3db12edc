import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { answeredDiagnostic, VOCABULARY } from '#dsl';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '#openapi';
import { callerMay } from '#platform';
import { ExpressionBody, TestBody, TestResult, ValidationResult } from '../../expressions/expression.dto.js';
import { ExpressionChecker } from '../../expressions/expression-checker.js';
import { TestCasesBody, TestCasesResult } from '../../expressions/test-cases.dto.js';
import { ProblemView } from '../../problem.dto.js';
import { TraceFinder } from '../../violations/trace/trace-finder.js';
import { trialTraceId } from './trial-trace-id.js';

/** Maximum bytes of a body: a trace of some thousand spans to try; an expression. */
const TRIAL_LIMIT = 8 * 1024 * 1024;
const EXPRESSION_LIMIT = 1024 * 1024;

/** Expressions that are not saved as rules. */
@ApiTags('rules')
@Controller('v1')
export class ExpressionsController {
  constructor(
    private readonly checkExpression: ExpressionChecker,
    private readonly traceFinder: TraceFinder,
  ) {}

  @Post('rules/test')
  @HttpCode(200)
  @RouteConfig({ scope: 'read', body: 'json_bytes', bodyLimit: TRIAL_LIMIT })
  @ApiOperation({
    summary: 'Tries an expression on a span, a trace, the stored trace of a violation, or a recent trace',
    description:
      'Uses the engine of production. Ids, name and times may be missing; integers keep all 64 bits. ' +
      '`trace_id` names the trace of a violation; with the scope `rules:write` also one of `GET /v1/recent-traces`.',
  })
  @ApiBody({
    type: TestBody,
    examples: {
      span: {
        summary: 'One span',
        value: { expression: 'span.duration > 1s', span: { name: 'test-span', duration: 2_000_000_000, status: 'ok' } },
      },
      trace: {
        summary: 'A trace',
        value: { expression: 'trace.count(span.name == "retry") > 1', trace: { spans: [{ name: 'retry' }, { name: 'retry' }] } },
      },
    },
  })
  @ApiOkResponse({ type: TestResult })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiUnprocessableEntityResponse({
    type: ProblemView,
    description: 'The expression has errors, each with line and column; or it takes too long.',
  })
  @ApiNotFoundResponse({
    type: ProblemView,
    description: 'The trace `trace_id` has no violation and is not found among recent ones, or the log no longer has its spans.',
  })
  @ApiResponse({ status: 413, type: ProblemView, description: 'More than 8 MiB.' })
  @ApiResponse({ status: 415, type: ProblemView, description: 'The content type is not `application/json`.' })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many tests are waiting.' })
  async test(@Req() request: FastifyRequest): Promise<TestResult> {
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const traceId = trialTraceId(body);
    if (traceId === undefined) return this.checkExpression.try(body);
    const { requests, complete } = await this.traceFinder.find(traceId, callerMay(request, 'rules:write'));
    return { ...(await this.checkExpression.try(body, requests)), complete };
  }

  @Post('rules/test-cases')
  @HttpCode(200)
  @RouteConfig({ scope: 'read', bodyLimit: TRIAL_LIMIT })
  @ApiOperation({
    summary: 'Runs test cases of a rule, as `betrace test` does',
    description: 'Each case is judged several times: its spans in one batch, one by one, shuffled, with duplicates, one of them late.',
  })
  @ApiOkResponse({ type: TestCasesResult })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiUnprocessableEntityResponse({
    type: ProblemView,
    description: 'The expression has errors, or a trace cannot be read; each with its place.',
  })
  async testCases(@Body() { expression, on_error = 'no_match', tests }: TestCasesBody): Promise<TestCasesResult> {
    const results = await this.checkExpression.cases({ expression, onError: on_error, tests });
    return { passed: results.every(({ passed }) => passed), results };
  }

  @Post('rules/validate')
  @HttpCode(200)
  @RouteConfig({ scope: 'read', bodyLimit: EXPRESSION_LIMIT })
  @ApiOperation({ summary: 'Checks an expression: errors and warnings with line, column and suggestion, and its cost' })
  @ApiOkResponse({ type: ValidationResult })
  async validate(@Body() { expression }: ExpressionBody): Promise<ValidationResult> {
    const checked = await this.checkExpression.describe(expression);
    const withSeverity = (severity: string) =>
      checked.diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(answeredDiagnostic);
    const result = { valid: checked.ok, errors: withSeverity('error'), warnings: withSeverity('warning') };
    return { ...result, ...checked.description };
  }

  @Get('dsl')
  @ApiOperation({ summary: 'What BeTraceDSL offers: fields, functions and operators, with types and examples' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  dsl(): unknown {
    return VOCABULARY;
  }
}
