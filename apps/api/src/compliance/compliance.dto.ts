import { Transform } from 'class-transformer';
import { IsIn, IsOptional, Max, Min } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { RULE_MODES, type RuleMode } from '#records';
import { instant } from '../violations/filter/instant.js';

const INSTANT = 'Unix seconds (also with decimals, or milliseconds to nanoseconds by the number of digits) or RFC 3339';
/** The last millisecond of the year 9999, the end of RFC 3339. */
const LATEST = 253_402_300_799_999;

/** NaN for a text that is not a time: the validator refuses it with its message. */
const parsedInstant = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? (instant(value) ?? Number.NaN) : Number.NaN);

export const REPORT_FORMATS = ['json', 'csv', 'html'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** A period of whole hours. */
export class CompliancePeriodQuery {
  @ApiPropertyOptional({
    type: String,
    example: '2026-11-01T00:00:00Z',
    description: `Begin: ${INSTANT}; its hour is included. Default: 30 days before the end.`,
  })
  @IsOptional()
  @Transform(parsedInstant)
  @Min(0, { message: `from must be ${INSTANT}` })
  @Max(LATEST, { message: 'from must be before the year 10000' })
  from?: number;

  @ApiPropertyOptional({ type: String, description: `End: ${INSTANT}; its hour is included, unless it is a whole hour. Default: now.` })
  @IsOptional()
  @Transform(parsedInstant)
  @Min(0, { message: `to must be ${INSTANT}` })
  @Max(LATEST, { message: 'to must be before the year 10000' })
  to?: number;
}

export class ComplianceQuery extends CompliancePeriodQuery {
  @ApiPropertyOptional({ enum: REPORT_FORMATS, default: 'json', description: '`html` is a page to print.' })
  @IsOptional()
  @IsIn(REPORT_FORMATS)
  format?: ReportFormat;
}

export class ComplianceFrameworkView {
  @ApiProperty({ example: 'SOC 2' })
  framework!: string;

  @ApiProperty({
    example: 3,
    description: 'The number of its controls that rules name; 0: only former versions or deleted rules named one in the last 30 days.',
  })
  controls!: number;

  @ApiProperty({ example: 5, description: 'Rules that name one of them.' })
  rules!: number;
}

export class ComplianceFrameworks {
  @ApiProperty({ type: [ComplianceFrameworkView] })
  frameworks!: readonly ComplianceFrameworkView[];
}

export const OUTCOMES = ['violated', 'undecided', 'passed', 'nothing_in_scope', 'not_looked_at'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Documents the remainder of a sum that would look wrong. */
const BEYOND_SCOPE = {
  example: 1,
  description:
    'How many more traces are violated or undecided than are in scope; absent when none. They have not closed yet, or are not counted yet (`limits.provisional_since`), or closed in ' +
    'another hour than that of the verdict.',
};

/** A rule of a control. */
export class ControlRuleView {
  @ApiProperty({ example: 'personal-data-authorization' })
  id!: string;

  @ApiProperty({ example: 'Personal data queried without authorisation' })
  name!: string;

  @ApiProperty({ enum: RULE_MODES, enumName: 'RuleMode', description: 'The current mode; `off` for a deleted rule.' })
  mode!: RuleMode;

  @ApiProperty({ example: 2, description: 'The current version; the last one of a deleted rule.' })
  version!: number;

  @ApiProperty({ example: false })
  deleted!: boolean;

  @ApiProperty({
    example: 12_480,
    description: 'Traces that closed under a rule set in which a version of the rule that names the control is enforced.',
  })
  traces_in_scope!: number;

  @ApiProperty({ example: 3, description: 'Those with an open violation of the rule in such a version.' })
  violated!: number;

  @ApiProperty({ example: 0, description: 'Those on which the rule could not be judged.' })
  undecided!: number;

  @ApiProperty({
    example: true,
    description: 'Whether the current version names the control; `false`: a former one did, or the rule is deleted.',
  })
  names_control!: boolean;

  @ApiPropertyOptional(BEYOND_SCOPE)
  beyond_scope?: number;
}

/** The result of a control in a period. */
export class ControlReportView {
  @ApiProperty({ example: 'CC6.1' })
  control!: string;

  @ApiProperty({
    enum: OUTCOMES,
    enumName: 'ComplianceOutcome',
    description:
      '`passed`: there were traces in scope, and all passed. `nothing_in_scope`: a rule is enforced now, and no trace was in scope. `not_looked_at`: no rule of the control was ' +
      'enforced in the period, nor is one now.',
  })
  outcome!: Outcome;

  @ApiProperty({ type: [ControlRuleView] })
  rules!: readonly ControlRuleView[];

  @ApiProperty({
    example: 12_480,
    description: 'Traces that closed under a rule set with an enforced rule whose version at that time names the control.',
  })
  traces_in_scope!: number;

  @ApiProperty({ example: 12_477, description: 'Those in scope that are neither violated nor undecided.' })
  passed!: number;

  @ApiProperty({ example: 3, description: 'Traces with an open violation of a rule of the control.' })
  violated!: number;

  @ApiProperty({
    example: 0,
    description: 'Traces without a violation of which a rule of the control is undecided, including those that were only counted.',
  })
  undecided!: number;

  @ApiProperty({ example: 310, description: 'Traces that closed while no rule of the control was enforced.' })
  not_looked_at!: number;

  @ApiPropertyOptional(BEYOND_SCOPE)
  beyond_scope?: number;
}

/** The limits of a report's knowledge. */
export class ComplianceLimitsView {
  @ApiPropertyOptional({
    format: 'date-time',
    description:
      'Closed traces are counted from this time on; absent if none were counted. Traces that closed earlier are not in the report.',
  })
  counted_since?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Traces from this time on may not be counted yet, although their violations are; absent if the period ended before.',
  })
  provisional_since?: string;

  @ApiProperty({ example: 0, description: 'Traces whose rule set is lost: they count as not evaluated.' })
  rule_set_unknown!: number;
}

/** The report about a framework. */
export class ComplianceReport {
  @ApiProperty({ example: 'SOC 2' })
  framework!: string;

  @ApiProperty({ format: 'date-time', description: 'A whole hour (UTC).' })
  from!: string;

  @ApiProperty({ format: 'date-time', description: 'A whole hour (UTC), not included.' })
  to!: string;

  @ApiProperty({ format: 'date-time' })
  generated_at!: string;

  @ApiProperty({ example: 12_790, description: 'All traces that closed in the period.' })
  traces!: number;

  @ApiProperty({ type: [ControlReportView] })
  controls!: readonly ControlReportView[];

  @ApiProperty({ type: ComplianceLimitsView })
  limits!: ComplianceLimitsView;
}
