import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { parseMilliseconds } from '#platform';

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_WAIT_MS = 300_000;
const EXPECTED = 'timeout must be a duration from 1ms to 5m, like 500ms or 30s';

/** The parameter for how long a request waits for verdicts. */
export const Timeout = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: String, default: '30s', example: '30s', description: 'The longest wait for verdicts, at most `5m`.' }),
    IsOptional(),
    Transform(({ value }) => (typeof value === 'string' ? (parseMilliseconds(value) ?? Number.NaN) : Number.NaN)),
    IsInt({ message: EXPECTED }),
    Min(1, { message: EXPECTED }),
    Max(MAX_WAIT_MS, { message: EXPECTED }),
  );

/** How long a request waits for verdicts. */
export class SettleQuery {
  @Timeout()
  timeout?: number;
}

/** Milliseconds. */
export const timeoutOf = ({ timeout }: SettleQuery): number => timeout ?? DEFAULT_TIMEOUT_MS;
