import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsOptional, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import type { Mark, MarkKind } from '#store';
import { wholeNumber } from '../query.js';

export const MARK_KINDS = ['acknowledged', 'unacknowledged', 'note'] as const;
export const NOTE_LENGTH = 2_000;
/** Line breaks and tabs are all that a note needs beside characters that can be seen. */
export const NOTE = [
  /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u,
  { message: 'note must hold no control characters but line breaks and tabs' },
] as const;

const LIMIT = { message: 'limit must be a whole number from 1 to 1000' };
const CURSOR = { message: '$property must be the `next` of a page' };

export class MarkBody {
  @ApiProperty({ enum: MARK_KINDS, enumName: 'MarkKind', description: '`unacknowledged` takes back what was `acknowledged`.' })
  @IsIn(MARK_KINDS)
  kind!: MarkKind;

  @ApiPropertyOptional({ maxLength: NOTE_LENGTH, example: 'The payment provider is down: INC-12.', description: 'A `note` needs one.' })
  @ValidateIf(({ kind, note }: MarkBody) => kind === 'note' || note !== undefined)
  @IsString()
  @IsNotEmpty()
  @MaxLength(NOTE_LENGTH)
  @Matches(...NOTE)
  note?: string;
}

export class MarkQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1_000, default: 100 })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt(LIMIT)
  @Min(1, LIMIT)
  @Max(1_000, LIMIT)
  limit?: number;

  @ApiPropertyOptional({ type: String, description: '`next` of the page before.' })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt(CURSOR)
  @Min(1, CURSOR)
  cursor?: number;
}

/** What somebody said of a violation or a group. */
export class MarkView {
  @ApiProperty({ example: 1, description: 'Counts from 1, for each violation and group.' })
  number!: number;

  @ApiProperty({ enum: MARK_KINDS, enumName: 'MarkKind' })
  kind!: MarkKind;

  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 'api-key', description: 'The name of the key that was used, or `anonymous`.' })
  by!: string;

  @ApiPropertyOptional({ example: 'The payment provider is down: INC-12.' })
  note?: string;
}

export class MarkList {
  @ApiProperty({ type: [MarkView], description: 'The newest first.' })
  marks!: readonly MarkView[];

  @ApiPropertyOptional({ example: '7', description: 'Pass as `cursor` for the next page; absent on the last.' })
  next?: string;
}

export function markView({ at, ...rest }: Mark): MarkView {
  return { ...rest, at: new Date(at).toISOString() };
}
