import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { ViolationFilterQuery } from '../violations/filter/violation-filter-query.js';

/** The query of `GET /v1/violations/stream`. */
export class ViolationStreamQuery extends ViolationFilterQuery {
  @ApiPropertyOptional({ enum: ['summary', 'full'], default: 'summary', description: '`full` returns every member of each violation.' })
  @IsOptional()
  @IsIn(['summary', 'full'])
  view?: 'summary' | 'full';

  @ApiPropertyOptional({ maxLength: 100, description: 'The same as the header `Last-Event-ID`, for clients that cannot set it.' })
  @IsOptional()
  @IsString()
  @MaxLength(100)
  last_event_id?: string;
}
