import { IsNotEmpty, IsString, MaxLength, ValidateBy } from 'class-validator';
import { RULE_TEXT_LIMITS } from '#dsl';
import { ApiProperty } from '#openapi';
import { RULE_TEST_VERDICTS, type RuleTest, type RuleTestExpectation } from '#records';

/** A test case stored with a rule, as in rule files. */
export class RuleTestView implements RuleTest {
  @ApiProperty({ example: 'nobody checked', minLength: 1, maxLength: RULE_TEXT_LIMITS.test, description: 'What the case shows.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(RULE_TEXT_LIMITS.test)
  name!: string;

  @ApiProperty({
    example: 'checkout service=shop\n  charge amount=1500',
    minLength: 1,
    maxLength: RULE_TEXT_LIMITS.trace,
    description:
      'Its spans: in the notation of rule files; or JSON in a text, which keeps all digits: spans as `POST /v1/spans` takes them, or OTLP (`resourceSpans`).',
  })
  @IsString()
  @IsNotEmpty()
  @MaxLength(RULE_TEXT_LIMITS.trace)
  trace!: string;

  @ApiProperty({
    oneOf: [
      { type: 'string', enum: [...RULE_TEST_VERDICTS] },
      {
        type: 'object',
        properties: { match: { type: 'array', items: { type: 'string' }, minItems: 1 } },
        required: ['match'],
      },
    ],
    example: 'match',
    description:
      'The verdict that the rule has to give, however the spans arrive. `{"match": […]}`: the names or ids of exactly the spans that violate it.',
  })
  @ValidateBy({
    name: 'isExpectation',
    validator: {
      validate: isExpectation,
      defaultMessage: () => 'expect must be "match", "no match", "undecided" or {"match": [names or ids of spans]}',
    },
  })
  expect!: RuleTestExpectation;
}

const MAX_SUBJECT_LENGTH = 1_000;
const MAX_SUBJECTS = 1_000;

function isExpectation(value: unknown): boolean {
  if (typeof value === 'string') return RULE_TEST_VERDICTS.some((verdict) => verdict === value);
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'match') return false;
  const { match } = value as { readonly match: unknown };
  const isSubject = (each: unknown): boolean => typeof each === 'string' && each.length <= MAX_SUBJECT_LENGTH;
  return Array.isArray(match) && match.length > 0 && match.length <= MAX_SUBJECTS && match.every(isSubject);
}
