import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { describeRule, VOCABULARY } from '#dsl';
import { ApiBadRequestResponse, ApiBody, ApiOkResponse, ApiOperation, ApiTags, ApiUnprocessableEntityResponse } from '#openapi';
import { ProblemView } from '../problem.dto.js';
import { CheckExpression, problemDetail } from './check-expression.js';
import { ExpressionBody, TestBody, TestResult, ValidationResult } from './expression.dto.js';
import { TestRule } from './test-rule.js';

/** Expressions that are no rules (yet). */
@ApiTags('rules')
@Controller('v1')
export class ExpressionsController {
  constructor(
    private readonly checkExpression: CheckExpression,
    private readonly testRule: TestRule,
  ) {}

  @Post('rules/test')
  @HttpCode(200)
  @RouteConfig({ body: 'raw' })
  @ApiOperation({
    summary: 'Tries an expression on a span or a trace',
    description: 'By the engine that judges production. Ids, name and times may be missing; integers keep all 64 bits.',
  })
  @ApiBody({ type: TestBody })
  @ApiOkResponse({ type: TestResult })
  @ApiBadRequestResponse({ type: ProblemView })
  @ApiUnprocessableEntityResponse({ type: ProblemView, description: 'The expression has errors; each has line and column.' })
  test(@Req() request: FastifyRequest): TestResult {
    return this.testRule.test(Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0));
  }

  @Post('rules/validate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Checks an expression: errors and warnings with line, column and suggestion, and what judging it costs' })
  @ApiOkResponse({ type: ValidationResult })
  validate(@Body() { expression }: ExpressionBody): ValidationResult {
    const checked = this.checkExpression.check(expression);
    const of = (severity: string) => checked.diagnostics.filter((diagnostic) => diagnostic.severity === severity).map(problemDetail);
    const result = { valid: checked.ok, errors: of('error'), warnings: of('warning') };
    if (!checked.ok) return result;
    return { ...result, ...describeRule(checked.rule) };
  }

  @Get('dsl')
  @ApiOperation({ summary: 'What BeTraceDSL offers: fields, functions and operators, with types and examples' })
  @ApiOkResponse({ schema: { type: 'object', additionalProperties: true } })
  dsl(): unknown {
    return VOCABULARY;
  }
}
