import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { wholeNumber } from '../../request/query.js';
import { ViolationFilterQuery } from '../filter/violation-filter-query.js';

const FORMATS = ['csv', 'ndjson'] as const;
const LIMIT = { message: 'limit must be a whole number from 1 on' };

/** The query of `GET /v1/violations/export`. */
export class ViolationExportQuery extends ViolationFilterQuery {
  @ApiPropertyOptional({ enum: FORMATS, default: 'csv' })
  @IsOptional()
  @IsIn(FORMATS)
  format?: (typeof FORMATS)[number];

  @ApiPropertyOptional({ type: 'integer', minimum: 1, description: 'Maximum of entries, newest first; without it all.' })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt(LIMIT)
  @Min(1, LIMIT)
  limit?: number;
}
