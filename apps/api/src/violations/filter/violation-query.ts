import { IsIn, IsOptional, IsString } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { PageCursor, PageLimit } from '../../request/page-query.js';
import { Timeout } from '../../settle/settle-query.js';
import { ViolationFilterQuery } from './violation-filter-query.js';

const COUNTS = ['bounded', 'exact'] as const;

/** The query of `GET /v1/violations`. */
export class ViolationQuery extends ViolationFilterQuery {
  @Timeout()
  timeout?: number;

  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description:
      'Answers when all spans acknowledged before are judged, in open traces too, and their violations stored: 504 after `timeout`. ' +
      'Default: `true` in test mode, else `false`.',
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  settled?: 'true' | 'false';

  @PageLimit({ max: 1_000, fallback: 100 })
  limit?: number;

  @PageCursor()
  cursor?: string;

  @ApiPropertyOptional({
    enum: COUNTS,
    default: 'bounded',
    description:
      '`bounded`: `total` is exact up to 10,000, and beyond that `total_is` says that there are more. `exact`: all are counted, which takes the longer the more there are; ' +
      'with `q` for at most five seconds, after which `total_is` says that there may be more.',
  })
  @IsOptional()
  @IsIn(COUNTS)
  count?: (typeof COUNTS)[number];

  @ApiPropertyOptional({ description: 'The same as `cursor`.', deprecated: true })
  @IsOptional()
  @IsString()
  after?: string;

  @ApiPropertyOptional({ enum: ['summary', 'full'], default: 'summary', description: '`full` returns every member of each violation.' })
  @IsOptional()
  @IsIn(['summary', 'full'])
  view?: 'summary' | 'full';
}
