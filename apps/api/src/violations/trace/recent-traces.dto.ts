import { ApiProperty } from '#openapi';
import { PageLimit } from '../../request/page-query.js';

/** The query of `GET /v1/recent-traces`. */
export class RecentTracesQuery {
  @PageLimit({ max: 100, fallback: 20 })
  limit?: number;
}

export class RecentTraceView {
  @ApiProperty({ example: 'order-42', description: 'As it was sent.' })
  trace_id!: string;

  @ApiProperty({ example: '5b8efff798038103d269b633813fc60c' })
  wire_trace_id!: string;

  @ApiProperty({ example: 'POST /checkout', description: 'Of the root; of the span that began first, where there is none.' })
  name!: string;

  @ApiProperty({ example: 'storefront', description: 'Of the same span.' })
  service!: string;

  @ApiProperty({ type: 'integer', example: 12 })
  spans!: number;

  @ApiProperty({ type: 'integer', example: 0, description: 'Spans with the status `error`.' })
  errors!: number;

  @ApiProperty({ example: 390, description: 'From the first start to the last end, in milliseconds.' })
  duration_ms!: number;

  @ApiProperty({ format: 'date-time', description: 'When its last span was received.' })
  received_at!: string;

  @ApiProperty({ description: 'The spans that were read include a root and the parent of every span.' })
  complete!: boolean;
}

export class RecentTracesView {
  @ApiProperty({ type: [RecentTraceView], description: 'The newest first.' })
  traces!: readonly RecentTraceView[];

  @ApiProperty({ type: 'integer', description: 'Spans that were read.' })
  sampled_spans!: number;
}
