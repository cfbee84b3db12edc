import { Transform } from 'class-transformer';
import { IsBoolean, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import type { Mute } from '#store';
import { PageCursor, PageLimit } from '../request/page-query.js';
import { TEXT, yesOrNo } from '../request/query.js';
import { instant } from '../violations/filter/instant.js';
import { NOTE, NOTE_LENGTH } from './mark.dto.js';

/** The last millisecond of JavaScript's dates. */
const LAST = 8_640_000_000_000_000;
/** The maximum that the store counts when it stores violations. */
export const MAX_WORSE_ABOVE = 100_000;
const WORSE_ABOVE = { message: `worse_above must be a whole number from 1 to ${MAX_WORSE_ABOVE}` };
const UNTIL = { message: 'until must be a time: RFC 3339, or Unix seconds' };

const parsedInstant = ({ value }: { value: unknown }): unknown => {
  if (value === null) return null;
  return typeof value === 'string' || typeof value === 'number' ? (instant(String(value)) ?? Number.NaN) : Number.NaN;
};
/** Databases keep a replacement character instead, which may be the name of another service. */
const WHOLE = [/^\P{Cs}*$/u, { message: 'service must hold no half of a surrogate pair' }] as const;

export class MuteBody {
  @ApiProperty({ example: 'slow-requests', description: 'The id of a rule, or its name.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(1_000)
  rule_id!: string;

  @ApiPropertyOptional({ example: 'checkout', maxLength: 10_000, description: 'Mutes the rule in this service only.' })
  @IsOptional()
  @IsString()
  @MaxLength(10_000)
  @Matches(...WHOLE)
  service?: string;

  @ApiPropertyOptional({
    type: String,
    format: 'date-time',
    description: 'RFC 3339, or Unix seconds. Absent: until a person ends the mute.',
  })
  @IsOptional()
  @Transform(parsedInstant)
  @Min(0, UNTIL)
  @Max(LAST, UNTIL)
  until?: number;

  @ApiPropertyOptional({
    type: Boolean,
    description: 'Whether it also ends when an hour has more than `worse_above` violations.',
  })
  @IsOptional()
  @IsBoolean()
  until_worse?: boolean;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_WORSE_ABOVE,
    example: 40,
    description:
      'Implies `until_worse`, which must not be false then. Without it twice the violations of the busiest of the last 24 hours, at least 10 and at most 100,000.',
  })
  @IsOptional()
  @IsInt(WORSE_ABOVE)
  @Min(1, WORSE_ABOVE)
  @Max(MAX_WORSE_ABOVE, WORSE_ABOVE)
  worse_above?: number;

  @ApiPropertyOptional({ maxLength: NOTE_LENGTH, example: 'Known until the next release.' })
  @IsOptional()
  @IsString()
  @MaxLength(NOTE_LENGTH)
  @Matches(...NOTE)
  note?: string;
}

export class MuteQuery {
  @ApiPropertyOptional({ example: 'slow-requests' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  rule_id?: string;

  @ApiPropertyOptional({ type: Boolean, default: true, description: '`false`: ended mutes too.' })
  @IsOptional()
  @Transform(yesOrNo)
  @IsBoolean()
  active?: boolean;

  @PageLimit({ max: 1_000, fallback: 100 })
  limit?: number;

  @PageCursor()
  cursor?: string;
}

/** A muted rule, or a rule muted in one service. */
export class MuteView {
  @ApiProperty({ example: 'mute-0b7c2f9e-5d1a-4c8e-9f3b-2a6d8e4c1b7f' })
  id!: string;

  @ApiProperty({ example: 'slow-requests' })
  rule_id!: string;

  @ApiPropertyOptional({ example: 'checkout', description: 'Absent: in all.' })
  service?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Absent: until a person ends it.' })
  until?: string;

  @ApiPropertyOptional({ example: 40, description: 'It ends when an hour has more violations. Absent: no such limit.' })
  worse_above?: number;

  @ApiPropertyOptional()
  note?: string;

  @ApiProperty({ format: 'date-time' })
  muted_at!: string;

  @ApiProperty({ example: 'api-key', description: 'The name of the key that was used, or `anonymous`.' })
  muted_by!: string;

  @ApiProperty({ description: 'It mutes now.' })
  active!: boolean;

  @ApiPropertyOptional({ format: 'date-time', description: 'When it was ended before its time.' })
  ended_at?: string;

  @ApiPropertyOptional({ example: true, description: 'More violations than `worse_above` came within the hour before `ended_at`.' })
  got_worse?: boolean;

  @ApiPropertyOptional({ example: 'api-key', description: 'Who ended it.' })
  ended_by?: string;
}

export class MuteList {
  @ApiProperty({ type: [MuteView], description: 'The newest first.' })
  mutes!: readonly MuteView[];

  @ApiProperty({ example: 1, description: 'Of all pages.' })
  total!: number;

  @ApiPropertyOptional({ description: 'Pass as `cursor` for the next page; absent on the last.' })
  next?: string;
}

export function muteView({ id, ruleId, service, until, worseAbove, note, at, by, endedAt, endedBy }: Mute, now: number): MuteView {
  const time = (milliseconds: number): string => new Date(milliseconds).toISOString();
  return {
    id,
    rule_id: ruleId,
    ...(service === undefined ? {} : { service }),
    ...(until === undefined ? {} : { until: time(until) }),
    ...(worseAbove === undefined ? {} : { worse_above: worseAbove }),
    ...(note === undefined ? {} : { note }),
    muted_at: time(at),
    muted_by: by,
    active: endedAt === undefined && (until === undefined || until > now),
    ...(endedAt === undefined ? {} : { ended_at: time(endedAt) }),
    ...(endedAt !== undefined && endedBy === undefined ? { got_worse: true } : {}),
    ...(endedBy === undefined ? {} : { ended_by: endedBy }),
  };
}
