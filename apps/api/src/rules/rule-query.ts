import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { RULE_MODES, type RuleMode, SEVERITIES } from '#records';
import type { StoredRule } from '#store';
import { badCursor, PageCursor, PageLimit } from '../request/page-query.js';
import { TEXT, upperCase, yesOrNo } from '../request/query.js';
import { ruleMode } from './rule-mode.js';

/** Whether the answer includes the health of rules. */
const Health = () =>
  applyDecorators(
    ApiPropertyOptional({ type: Boolean, default: false, description: 'Adds `health` to each rule: its figures of the last 24 hours.' }),
    IsOptional(),
    Transform(yesOrNo),
    IsBoolean(),
  );

/** The query of `GET /v1/rules/{id}`. */
export class RuleHealthQuery {
  @Health()
  health?: boolean;
}

/** The query of requests that save one rule. */
export class SaveQuery {
  @ApiPropertyOptional({
    type: Boolean,
    default: false,
    description: 'Runs the test cases that the rule will have. Where one fails nothing is saved: BT_API_RULE_TESTS_FAIL (422) names each.',
  })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  run_tests?: boolean;
}

/** The query of `GET /v1/rules`. */
export class RuleQuery {
  @ApiPropertyOptional({ type: Boolean })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  enabled?: boolean;

  @ApiPropertyOptional({ enum: RULE_MODES, enumName: 'RuleMode' })
  @IsOptional()
  @IsIn(RULE_MODES)
  mode?: RuleMode;

  @ApiPropertyOptional({ enum: SEVERITIES, enumName: 'Severity' })
  @IsOptional()
  @Transform(upperCase)
  @IsIn(SEVERITIES)
  severity?: string;

  @ApiPropertyOptional({ example: 'performance' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  tag?: string;

  @ApiPropertyOptional({ description: 'Part of the id, name, description, expression, a tag or a control, in any case.', maxLength: 500 })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  @MaxLength(500)
  q?: string;

  @ApiPropertyOptional({ description: 'The same as `q`.', deprecated: true, maxLength: 500 })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  @MaxLength(500)
  search?: string;

  @Health()
  health?: boolean;

  @PageLimit({ max: 1_000, description: 'Rules per page; without it, all rules.' })
  limit?: number;

  @PageCursor()
  cursor?: string;
}

export interface RulePage {
  readonly rules: readonly StoredRule[];
  /** The total of all pages. */
  readonly total: number;
  readonly next?: string;
}

/**
 * The requested page of the rules, ordered by id. A cursor names the last id of the previous page, so rules added or deleted meanwhile neither hide nor repeat
 * others. Throws BT_STORE_BAD_CURSOR.
 */
export function rulePage(rules: readonly StoredRule[], query: RuleQuery): RulePage {
  const matching = rules.filter((rule) => matchesQuery(rule, query));
  const after = query.cursor === undefined ? undefined : idOfCursor(query.cursor);
  const rest = after === undefined ? matching : matching.filter(({ id }) => id > after);
  const page = rest.slice(0, query.limit);
  const last = page.at(-1);
  const hasMore = page.length < rest.length && last !== undefined;
  return { rules: page, total: matching.length, ...(hasMore ? { next: cursorOfId(last.id) } : {}) };
}

function matchesQuery(rule: StoredRule, query: RuleQuery): boolean {
  const texts = [rule.id, rule.name, rule.description, rule.expression, ...rule.tags, ...controlTexts(rule)].map((text) =>
    text.toLowerCase(),
  );
  return (
    (query.enabled === undefined || rule.enabled === query.enabled) &&
    (query.mode === undefined || ruleMode(rule) === query.mode) &&
    (query.severity === undefined || rule.severity === query.severity) &&
    (query.tag === undefined || rule.tags.includes(query.tag)) &&
    [query.q, query.search].every((part) => part === undefined || texts.some((text) => text.includes(part.toLowerCase())))
  );
}

/** `SOC 2 CC6.1`. */
function controlTexts({ controls = [] }: StoredRule): readonly string[] {
  return controls.map(({ framework, control }) => `${framework} ${control}`);
}

const cursorOfId = (id: string): string => Buffer.from(JSON.stringify({ after: id })).toString('base64url');

function idOfCursor(cursor: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { readonly after?: unknown };
    if (typeof after === 'string') return after;
  } catch {
    // Falls through to the error for every invalid cursor.
  }
  throw badCursor(cursor);
}
