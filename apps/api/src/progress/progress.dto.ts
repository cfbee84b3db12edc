import { ApiProperty, ApiPropertyOptional } from '#openapi';
import type { PartitionProgress, Progress } from './evaluation-progress.js';

export class PartitionProgressView {
  @ApiProperty({ type: 'integer', example: 0 })
  partition!: number;

  @ApiProperty({ type: 'integer', description: 'Offset after the newest record of the partition.', example: 25_503 })
  end_offset!: number;

  @ApiPropertyOptional({
    type: 'integer',
    description: 'All records before it are judged. Absent while no evaluator has committed a position.',
    example: 25_500,
  })
  judged_to!: number | undefined;

  @ApiProperty({ type: 'integer', description: 'Records that no evaluator has judged.', example: 3 })
  behind_records!: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'Log time at that position.' })
  log_time?: string;
}

/** The progress of evaluation in the spans log. */
export class EvaluationProgressView {
  @ApiProperty({ format: 'date-time', description: 'Log time of the reading.' })
  at!: string;

  @ApiProperty({ type: 'integer', description: 'Records that were ever appended to the spans log: requests of senders, and ticks.' })
  appended_records!: number;

  @ApiProperty({ type: 'integer', description: 'The judged ones among these.' })
  judged_records!: number;

  @ApiProperty({ type: 'integer', description: 'Records that wait, in all partitions.', example: 3 })
  behind_records!: number;

  @ApiProperty({ type: [PartitionProgressView] })
  partitions!: readonly PartitionProgressView[];
}

export function progressView({ at, partitions }: Progress): EvaluationProgressView {
  const views = partitions.map(partitionView);
  const sum = (countOf: (view: PartitionProgressView) => number): number => views.reduce((total, view) => total + countOf(view), 0);
  const behind = sum(({ behind_records }) => behind_records);
  const appended = sum(({ end_offset }) => end_offset);
  return {
    at: new Date(at).toISOString(),
    appended_records: appended,
    judged_records: appended - behind,
    behind_records: behind,
    partitions: views,
  };
}

function partitionView({ partition, start, end, judged, logTime }: PartitionProgress): PartitionProgressView {
  return {
    partition,
    end_offset: end,
    judged_to: judged,
    // Deleted records need no evaluation.
    behind_records: end - Math.max(start, judged ?? start),
    ...(logTime === undefined ? {} : { log_time: new Date(logTime).toISOString() }),
  };
}
