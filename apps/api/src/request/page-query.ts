import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';
import { StoreError } from '#store';
import { wholeNumber } from './query.js';

const NEXT = '`next` of the previous page.';

/** The parameter for the size of a page: an integer from 1 to `max`. Without `fallback` the description explains its absence. */
export function PageLimit({ max, fallback, description }: { max: number; fallback?: number; description?: string }): PropertyDecorator {
  const wrong = { message: `limit must be a whole number from 1 to ${max}` };
  return applyDecorators(
    ApiPropertyOptional({
      type: 'integer',
      minimum: 1,
      maximum: max,
      ...(fallback === undefined ? {} : { default: fallback }),
      ...(description === undefined ? {} : { description }),
    }),
    IsOptional(),
    Transform(wholeNumber),
    IsInt(wrong),
    Min(1, wrong),
    Max(max, wrong),
  );
}

/** The parameter for `next` of the previous page. An invalid cursor is BT_STORE_BAD_CURSOR on every route. */
export function PageCursor(): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional({ type: String, minLength: 1, description: NEXT }), IsOptional(), IsString());
}

/** Like `PageCursor`, where `next` is a number. */
export function PageNumberCursor(): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, pattern: '^[1-9][0-9]{0,14}$', description: NEXT }),
    IsOptional(),
    Transform(nextNumber),
    IsInt({ message: '$property must be the `next` of a page' }),
  );
}

/** Throws BT_STORE_BAD_CURSOR. The validator refuses a repeated parameter. */
function nextNumber(parameter: { readonly value: unknown }): unknown {
  const number = wholeNumber(parameter);
  if (typeof parameter.value === 'string' && !(Number(number) >= 1)) throw badCursor(parameter.value);
  return number;
}

/** The error for every invalid cursor. */
export function badCursor(cursor: string): StoreError {
  return new StoreError('BT_STORE_BAD_CURSOR', { cursor: cursor.slice(0, 100) });
}
