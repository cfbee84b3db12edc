import { ArrayMaxSize, IsIn, IsNotEmpty, IsOptional, IsString } from 'class-validator';
import { MAX_TESTS } from '#dsl';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { ON_ERROR, type OnError } from '#records';
import { ListOf } from '../request/list-of.js';
import { RuleTestView } from './rule-test.dto.js';

export class TestCasesBody {
  @ApiProperty({ example: 'span.duration > 1s' })
  @IsString()
  @IsNotEmpty()
  expression!: string;

  @ApiPropertyOptional({ enum: ON_ERROR, enumName: 'OnError', default: 'no_match', description: 'As in a rule.' })
  @IsOptional()
  @IsIn(ON_ERROR)
  on_error?: OnError;

  @ApiProperty({ type: [RuleTestView], maxItems: MAX_TESTS })
  @ArrayMaxSize(MAX_TESTS)
  @ListOf(() => RuleTestView)
  tests!: RuleTestView[];
}

export class TestCaseResult {
  @ApiProperty({ example: 'nobody checked' })
  name!: string;

  @ApiProperty({ example: false })
  passed!: boolean;

  @ApiPropertyOptional({ example: 'expected a match, and there is none', description: 'Why it fails.' })
  reason?: string;

  @ApiPropertyOptional({ example: 'in one batch', description: 'How the spans arrived when it failed first.' })
  arrangement?: string;

  @ApiProperty({ type: [String], description: 'Why the rule matches, or does not, part by part.' })
  why!: readonly string[];
}

export class TestCasesResult {
  @ApiProperty({ description: 'All cases pass.', example: false })
  passed!: boolean;

  @ApiProperty({ type: [TestCaseResult], description: 'In the order of `tests`.' })
  results!: readonly TestCaseResult[];
}
