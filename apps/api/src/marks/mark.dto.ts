import { IsIn, IsString, Matches, MaxLength, ValidateIf } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import type { Mark, MarkKind } from '#store';
import { PageLimit, PageNumberCursor } from '../request/page-query.js';

export const MARK_KINDS = ['acknowledged', 'unacknowledged', 'note'] as const;
export const NOTE_LENGTH = 2_000;
/** A note may hold line breaks and tabs, but no other control characters. */
export const NOTE = [
  /^(?:[^\p{Cc}\p{Cs}]|[\n\r\t])*$/u,
  { message: 'note must hold no control characters but line breaks and tabs' },
] as const;

export class MarkBody {
  @ApiProperty({ enum: MARK_KINDS, enumName: 'MarkKind', description: '`unacknowledged` reverts `acknowledged`.' })
  @IsIn(MARK_KINDS)
  kind!: MarkKind;

  @ApiPropertyOptional({ maxLength: NOTE_LENGTH, example: 'The payment provider is down: INC-12.', description: 'A `note` needs one.' })
  @ValidateIf(({ kind, note }: MarkBody) => kind === 'note' || note !== undefined)
  @IsString()
  @Matches(/\S/, { message: 'note should not be empty' })
  @MaxLength(NOTE_LENGTH)
  @Matches(...NOTE)
  note?: string;
}

export class MarkQuery {
  @PageLimit({ max: 1_000, fallback: 100 })
  limit?: number;

  @PageNumberCursor()
  cursor?: number;
}

/** A person's mark on a violation or a group. */
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
