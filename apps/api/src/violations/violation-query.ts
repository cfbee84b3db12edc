import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { wholeNumber } from '../query.js';
import { Timeout } from '../settle/settle-query.js';
import { TEXT, ViolationFilterQuery } from './violation-filter-query.js';

/** The query of `GET /v1/violations`. */
export class ViolationQuery extends ViolationFilterQuery {
  @Timeout()
  timeout?: number;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description:
      'Answers when all that was acknowledged before is judged, also the traces that were open, and kept: 504 when that takes longer than `timeout`. ' +
      'Default: `true` in test mode, else `false`.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  settled?: 'true' | 'false';

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 1_000, default: 100 })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt({ message: 'limit must be a whole number from 1 to 1000' })
  @Min(1, { message: 'limit must be a whole number from 1 to 1000' })
  @Max(1_000, { message: 'limit must be a whole number from 1 to 1000' })
  limit?: number;

  @ApiPropertyOptional({ description: '`next` of the page before.' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  cursor?: string;

  @ApiPropertyOptional({ description: 'The same as `cursor`.', deprecated: true })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  after?: string;

  @ApiPropertyOptional({ enum: ['summary', 'full'], default: 'summary', description: '`full` answers every member of each violation.' })
  @IsOptional()
  @IsIn(['summary', 'full'])
  view?: 'summary' | 'full';
}
