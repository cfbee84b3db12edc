import { Transform } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ApiPropertyOptional } from '#openapi';

/** Maximum duration of a profile, in seconds. */
const MAX_PROFILE_SECONDS = 300;
const WRONG = { message: `seconds must be a whole number from 1 to ${MAX_PROFILE_SECONDS}` };
// Other texts become NaN, which the validator refuses with its message.
const wholeNumber = ({ value }: { value: unknown }): number =>
  typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;

/** The duration of a profile. */
export class ProfileQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_PROFILE_SECONDS,
    description: 'How long to record; without it 30 for the profile, and 10 for the heap.',
  })
  @IsOptional()
  @Transform(wholeNumber)
  @IsInt(WRONG)
  @Min(1, WRONG)
  @Max(MAX_PROFILE_SECONDS, WRONG)
  seconds?: number;
}
