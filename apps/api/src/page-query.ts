import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Matches, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { TEXT, wholeNumber } from './query.js';

const NEXT = '`next` of the page before.';

/** A parameter that says how many a page has: a whole number from 1 to `most`. Without `fallback` the description says what its absence means. */
export function PageLimit({ most, fallback, description }: { most: number; fallback?: number; description?: string }): PropertyDecorator {
  const wrong = { message: `limit must be a whole number from 1 to ${most}` };
  return applyDecorators(
    ApiPropertyOptional({
      type: 'integer',
      minimum: 1,
      maximum: most,
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(description === undefined ? {} : { description }),
    }),
    IsOptional(),
    Transform(wholeNumber),
    IsInt(wrong),
    Min(1, wrong),
    Max(most, wrong),
  );
}

/** A parameter that takes `next` of the page before. */
export function PageCursor(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, minLength: 1, description: NEXT }),
    IsOptional(),
    IsString(),
    Matches(...TEXT),
  );
}

/** The same where `next` is a number. */
export function PageNumberCursor(): PropertyDecorator {
  const wrong = { message: '$property must be the `next` of a page' };
  return applyDecorators(
    ApiPropertyOptional({ type: String, pattern: '^[1-9][0-9]{0,14}$', description: NEXT }),
    IsOptional(),
    Transform(wholeNumber),
    IsInt(wrong),
    Min(1, wrong),
  );
}
