import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { VOCABULARY } from '#dsl';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '#openapi';
import { problemDetail } from '../expressions/refusal.js';
import { ProblemView } from '../problem.dto.js';
import { CheckExpression } from './check-expression.js';
import { ExpressionBody, TestBody, TestResult, ValidationResult } from './expression.dto.js';

/** Bytes of a body: a trace of some thousand spans to try; an expression. */
const TRIAL_LIMIT = 8 * 1024 * 1024;
const EXPRESSION_LIMIT = 1024 * 1024;

/** Expressions that are no rules (yet). */
@ApiTags('rules')
@Controller('v1')
export class ExpressionsController {
  constructor(private readonly checkExpression: CheckExpression) {}

  @Post('rules/test')
  @HttpCode(200)
  @RouteConfig({ body: 'json_bytes', bodyLimit: TRIAL_LIMIT })
  @ApiOperation({
    summary: 'Tries an expression on a span or a trace',
    description: 'By the engine that judges production. Ids, name and times may be missing; integers keep all 64 bits.',
  })
  @ApiBody({ type: TestBody })
  @ApiOkResponse({ type: TestResult })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiUnprocessableEntityResponse({
    type: ProblemView,
    description: 'The expression has errors, each with line and column; or it takes too long.',
  })
  @ApiResponse({ status: 413, type: ProblemView, description: 'More than 8 MiB.' })
  @ApiResponse({ status: 415, type: ProblemView, description: 'The content type is not `application/json`.' })
  @ApiResponse({ status: 429, type: ProblemView, description: 'Too many wait to be tried.' })
  test(@Req() request: FastifyRequest): Promise<TestResult> {
    return this.checkExpression.try(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  }

  @Post('rules/validate')
  @HttpCode(200)
  @RouteConfig({ bodyLimit: EXPRESSION_LIMIT })
  @ApiOperation({ summary: 'Checks an expression: errors and warnings with line, column and suggestion, and what judging it costs' })
  @ApiOkResponse({ type: ValidationResult })
  async validate(@Body() { expression }: ExpressionBody): Promise<ValidationResult> {
    const checked = await this.checkExpression.describe(expression);
    const of = (severity: string) => checked.diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(problemDetail);
    const result = { valid: checked.ok, errors: of('error'), warnings: of('warning') };
    return { ...result, ...checked.description };
  }

  @Get('dsl')
  @ApiOperation({ summary: 'What BeTraceDSL offers: fields, functions and operators, with types and examples' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  dsl(): unknown {
    return VOCABULARY;
  }
}
