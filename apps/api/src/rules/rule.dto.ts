import { ArrayMaxSize, IsArray, IsBoolean, IsIn, IsInt, IsNotEmpty, IsObject, IsOptional, IsString, MaxLength, Min } from 'class-validator';
import { MAX_CONTROLS, MAX_TESTS, RULE_TEXT_LIMITS } from '#dsl';
import { ApiProperty, ApiPropertyOptional, PartialType } from '#openapi';
import { ON_ERROR, type OnError, RULE_MODES, type RuleMode, type RuleTest, SEVERITIES, type Severity } from '#records';
import type { StoredRule } from '#store';
import { RuleTestView } from '../expressions/rule-test.dto.js';
import { ProblemDetailView } from '../problem.dto.js';
import { ListOf } from '../request/list-of.js';
import { RuleHealthView } from './health/rule-health.dto.js';
import type { RuleStatus } from './health/rule-status-follower.js';
import { ruleMode } from './rule-mode.js';

export const MODE_DESCRIPTION =
  '`enforce`: what matches is a violation. `shadow`: the rule is judged and counted and keeps samples (`GET /v1/rules/{id}/samples`), without ' +
  'violations. `off`: it judges nothing, and `enabled` is false. `enabled: true` returns a rule to the mode in which it was turned off.';

export const ON_ERROR_DESCRIPTION =
  'The result if the rule reads an existing value of a type that it cannot compare or compute with. A missing value is no match.';

const EVIDENCE_DESCRIPTION =
  'Traces that comply with the rule are exported as signed evidence spans that name its controls, at most as many as `compliance.evidence_rate` allows. ' +
  'Without `controls`, and in another mode than `enforce`, there are none.';

const TESTS_DESCRIPTION =
  `Test cases that are kept with the rule, at most ${MAX_TESTS}. \`POST /v1/rules/test-cases\` runs them, \`betrace test\` those of an exported file, ` +
  'and `run_tests=true` each time that the rule is saved.';

/** A control of a compliance framework that a rule supports. */
export class RuleControlView {
  @ApiProperty({ example: 'SOC 2', minLength: 1, maxLength: RULE_TEXT_LIMITS.framework })
  @IsString()
  @IsNotEmpty()
  @MaxLength(RULE_TEXT_LIMITS.framework)
  framework!: string;

  @ApiProperty({ example: 'CC6.1', minLength: 1, maxLength: RULE_TEXT_LIMITS.control, description: "The control's id in the framework." })
  @IsString()
  @IsNotEmpty()
  @MaxLength(RULE_TEXT_LIMITS.control)
  control!: string;
}

/** A rule in a request. Read-only members are accepted, so that an answer can be sent back unchanged. */
export class RuleBody {
  @ApiPropertyOptional({
    description:
      'Letters, digits, ".", "_", ":" and "-" (at most 128, no ".."), chosen by the client; or made from the name: `Slow requests` gives `slow-requests`.',
    example: 'slow-requests',
  })
  @IsOptional()
  @IsString()
  id?: string;

  @ApiProperty({ example: 'slow-requests', minLength: 1, maxLength: RULE_TEXT_LIMITS.name })
  @IsString()
  @IsNotEmpty()
  @MaxLength(RULE_TEXT_LIMITS.name)
  name!: string;

  @ApiPropertyOptional({ example: 'Requests that take longer than a second', maxLength: RULE_TEXT_LIMITS.description, default: '' })
  @IsOptional()
  @IsString()
  @MaxLength(RULE_TEXT_LIMITS.description)
  description?: string;

  @ApiProperty({ description: 'BeTraceDSL; true when the rule is violated.', minLength: 1, example: 'span.duration > 1s' })
  @IsString()
  @IsNotEmpty()
  expression!: string;

  @ApiPropertyOptional({ enum: SEVERITIES, enumName: 'Severity', default: 'MEDIUM' })
  @IsOptional()
  @IsIn(SEVERITIES)
  severity?: Severity;

  @ApiPropertyOptional({ type: [String], example: ['performance'], maxItems: 50, default: [] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(50)
  @IsString({ each: true })
  @MaxLength(RULE_TEXT_LIMITS.tag, { each: true })
  tags?: string[];

  @ApiPropertyOptional({
    type: [RuleControlView],
    maxItems: MAX_CONTROLS,
    default: [],
    description: `The compliance controls that the rule supports, at most ${MAX_CONTROLS}, for \`GET /v1/compliance/{framework}\`.`,
  })
  @IsOptional()
  @ArrayMaxSize(MAX_CONTROLS)
  @ListOf(() => RuleControlView)
  controls?: RuleControlView[];

  @ApiPropertyOptional({ default: false, description: EVIDENCE_DESCRIPTION })
  @IsOptional()
  @IsBoolean()
  emit_evidence?: boolean;

  @ApiPropertyOptional({ default: true, description: 'A disabled rule is kept and judges nothing.' })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({
    enum: RULE_MODES,
    enumName: 'RuleMode',
    description: `${MODE_DESCRIPTION} Without it, \`enabled\` decides whether the rule is off. If the two contradict each other, the one that changes the rule counts.`,
  })
  @IsOptional()
  @IsIn(RULE_MODES)
  mode?: RuleMode;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    maxLength: RULE_TEXT_LIMITS.message,
    description: "Text of the rule's violations; without it one is made from the name and the explanation.",
  })
  @IsOptional()
  @IsString()
  @MaxLength(RULE_TEXT_LIMITS.message)
  message?: string | null;

  @ApiPropertyOptional({ enum: ON_ERROR, enumName: 'OnError', default: 'no_match', description: ON_ERROR_DESCRIPTION })
  @IsOptional()
  @IsIn(ON_ERROR)
  on_error?: OnError;

  @ApiPropertyOptional({ type: [RuleTestView], maxItems: MAX_TESTS, default: [], description: TESTS_DESCRIPTION })
  @IsOptional()
  @ArrayMaxSize(MAX_TESTS)
  @ListOf(() => RuleTestView)
  tests?: RuleTestView[];

  @ApiPropertyOptional({
    description:
      'With PUT and PATCH: the version on which the change is based; another one is a conflict (409). Ignored by POST, and with `If-Match`.',
    example: 1,
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  version?: number;

  @ApiPropertyOptional({ readOnly: true, description: 'RFC 3339. Accepted and ignored.' })
  @IsOptional()
  @IsString()
  created_at?: string;

  @ApiPropertyOptional({ readOnly: true, description: 'RFC 3339. Accepted and ignored.' })
  @IsOptional()
  @IsString()
  updated_at?: string;

  @ApiPropertyOptional({ readOnly: true, type: 'object', additionalProperties: true, description: 'Accepted and ignored.' })
  @IsOptional()
  @IsObject()
  status?: object;

  @ApiPropertyOptional({
    readOnly: true,
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'Accepted and ignored.',
  })
  @IsOptional()
  @IsArray()
  warnings?: object[];

  @ApiPropertyOptional({ readOnly: true, type: 'object', additionalProperties: true, description: 'Accepted and ignored.' })
  @IsOptional()
  @IsObject()
  health?: object;
}

/** PATCH: only the members to change. */
export class RulePatch extends PartialType(RuleBody) {}

/** Spans on which a rule read a value of an unexpected type. */
export class RuleTypeFailureView {
  @ApiProperty({ example: 'attempt to compare number with string' })
  error!: string;

  @ApiPropertyOptional({ example: 'attribute.amount', description: 'The part of the rule that reads the value.' })
  reading?: string;

  @ApiPropertyOptional({ example: '"5000"', description: 'One of these values, truncated.' })
  example?: string;

  @ApiProperty({ example: 12 })
  count!: number;
}

/** Errors of the current version of a rule in the evaluators. */
export class RuleStatusView {
  @ApiProperty({ description: 'Evaluations that failed, as far as the current evaluators know; a failed one is not a match.', example: 3 })
  evaluation_errors!: number;

  @ApiProperty({ example: 'attempt to compare nil with number' })
  last_error!: string;

  @ApiProperty({ format: 'date-time' })
  last_error_at!: string;

  @ApiPropertyOptional({
    type: [RuleTypeFailureView],
    description: 'Errors about a value of an unexpected type; a missing value is not one.',
  })
  type_failures?: readonly RuleTypeFailureView[];
}

/** A rule in an answer. */
export class RuleView {
  @ApiProperty({ example: 'slow-requests' })
  id!: string;

  @ApiProperty({ example: 'slow-requests' })
  name!: string;

  @ApiProperty({ example: 'Requests that take longer than a second' })
  description!: string;

  @ApiProperty({ example: 'span.duration > 1s' })
  expression!: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity' })
  severity!: Severity;

  @ApiProperty({ type: [String], example: ['performance'] })
  tags!: readonly string[];

  @ApiProperty({ type: [RuleControlView], example: [{ framework: 'SOC 2', control: 'CC7.2' }] })
  controls!: readonly RuleControlView[];

  @ApiProperty({ example: false, description: EVIDENCE_DESCRIPTION })
  emit_evidence!: boolean;

  @ApiProperty({ example: true })
  enabled!: boolean;

  @ApiProperty({ enum: RULE_MODES, enumName: 'RuleMode', description: MODE_DESCRIPTION })
  mode!: RuleMode;

  @ApiPropertyOptional({ example: 'A request took longer than a second' })
  message?: string;

  @ApiProperty({ enum: ON_ERROR, enumName: 'OnError', description: ON_ERROR_DESCRIPTION })
  on_error!: OnError;

  @ApiPropertyOptional({ type: [RuleTestView], description: TESTS_DESCRIPTION })
  tests?: readonly RuleTest[];

  @ApiProperty({ description: 'Counts the changes of the rule, from 1.', example: 1 })
  version!: number;

  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  @ApiPropertyOptional({
    type: RuleStatusView,
    description: 'Only in the answer of `GET /v1/rules/{id}`, and only when evaluations failed.',
  })
  status?: RuleStatusView;

  @ApiPropertyOptional({
    type: [ProblemDetailView],
    description: 'Probable mistakes in the expression, with their positions. In the answers about one rule.',
  })
  warnings?: readonly ProblemDetailView[];

  @ApiPropertyOptional({
    type: RuleHealthView,
    description: 'The figures of the last 24 hours; only with `health=true`.',
  })
  health?: RuleHealthView;
}

export class RuleList {
  @ApiProperty({ type: [RuleView] })
  rules!: readonly RuleView[];

  @ApiProperty({ example: 1, description: 'How many match the filter, on all pages.' })
  total!: number;

  @ApiPropertyOptional({ description: 'Pass as `cursor` for the next page; absent on the last.' })
  next?: string;
}

export function ruleView(rule: StoredRule): RuleView {
  return {
    id: rule.id,
    name: rule.name,
    description: rule.description,
    expression: rule.expression,
    severity: rule.severity,
    tags: rule.tags,
    controls: rule.controls ?? [],
    emit_evidence: rule.emitEvidence ?? false,
    enabled: rule.enabled,
    mode: ruleMode(rule),
    ...(rule.message === null ? {} : { message: rule.message }),
    on_error: rule.onError,
    ...(rule.tests === undefined ? {} : { tests: rule.tests }),
    version: rule.version,
    created_at: new Date(rule.createdAt).toISOString(),
    updated_at: new Date(rule.updatedAt).toISOString(),
  };
}

export function ruleStatusView({ errors, lastError, lastErrorAt, typeFailures }: RuleStatus): RuleStatusView {
  return {
    evaluation_errors: errors,
    last_error: lastError,
    last_error_at: new Date(lastErrorAt).toISOString(),
    ...(typeFailures.length === 0 ? {} : { type_failures: typeFailures }),
  };
}
