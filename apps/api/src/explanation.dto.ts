import {
  type ConditionOutcome,
  EXPLANATION_KINDS,
  EXPLANATION_OUTCOMES,
  type Explanation,
  type ExplanationKind,
  type ExplanationNode,
  type ExplanationOutcome,
  type ShownValue,
  type SpanReference,
  type TextRange,
} from '#dsl';
import { ApiProperty, ApiPropertyOptional } from '#openapi';

/** A value: a duration is in nanoseconds; 64-bit integers and values that JSON lacks are text. */
const SHOWN_VALUE = { oneOf: [{ type: 'boolean' }, { type: 'number' }, { type: 'string' }], nullable: true };
const VALUES = { type: 'object', additionalProperties: SHOWN_VALUE, example: { 'span.duration': 2000000000 } } as const;

function described(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `\`${name}\`: ${text}`)
    .join(' ');
}

export class SpanReferenceView implements SpanReference {
  @ApiProperty({ example: '738ce9ebf3d2b922' })
  span_id!: string;

  @ApiPropertyOptional({ example: 'charge' })
  name?: string;

  @ApiPropertyOptional({ example: 'payment' })
  service?: string;
}

export class ConditionOutcomeView implements ConditionOutcome {
  @ApiProperty({ example: 'trace.has(span.name == "audit.log")' })
  condition!: string;

  @ApiProperty({ ...SHOWN_VALUE, example: false, description: 'null stands for nil.' })
  value!: ShownValue;

  @ApiPropertyOptional({ description: 'How many spans satisfy the condition.' })
  matched?: number;

  @ApiPropertyOptional({ description: 'There may be more: they were not counted.' })
  at_least?: boolean;

  @ApiPropertyOptional({ description: 'Of this many spans.' })
  of?: number;

  @ApiPropertyOptional({ type: [SpanReferenceView], description: 'The first five spans that lead to this value.' })
  witnesses?: readonly SpanReference[];

  @ApiPropertyOptional({ ...VALUES, description: 'The values read, by the text that reads them.' })
  observed?: Readonly<Record<string, ShownValue>>;

  @ApiPropertyOptional({ example: 'attempt to compare number with nil' })
  error?: string;
}

export class TextRangeView implements TextRange {
  @ApiProperty({ description: 'Offset of the first character, in UTF-16 units.', example: 0 })
  start!: number;

  @ApiProperty({ description: 'Offset after the last one.', example: 18 })
  end!: number;

  @ApiProperty({ description: 'From 1.', example: 1 })
  line!: number;

  @ApiProperty({ description: 'From 1, in UTF-16 units.', example: 1 })
  column!: number;

  @ApiProperty({ example: 1 })
  end_line!: number;

  @ApiProperty({ description: 'After the last character.', example: 19 })
  end_column!: number;
}

export class ExplanationNodeView implements ExplanationNode {
  @ApiProperty({ type: TextRangeView, description: "Its place in the rule's text." })
  range!: TextRange;

  @ApiProperty({ enum: Object.keys(EXPLANATION_KINDS), enumName: 'ExplanationKind', description: described(EXPLANATION_KINDS) })
  kind!: ExplanationKind;

  @ApiProperty({ enum: Object.keys(EXPLANATION_OUTCOMES), enumName: 'ExplanationOutcome', description: described(EXPLANATION_OUTCOMES) })
  outcome!: ExplanationOutcome;

  @ApiPropertyOptional({
    example: 'span.duration > 1s holds (span.duration is 2s)',
    description: 'Absent for `and`, `or` and `not`, whose children have sentences, and for parts that were not evaluated.',
  })
  sentence?: string;

  @ApiPropertyOptional({ ...SHOWN_VALUE, description: 'Its value, where that is more than the outcome.' })
  value?: ShownValue;

  @ApiPropertyOptional({ ...VALUES, description: 'The values that it read, by the text that reads them.' })
  values?: Readonly<Record<string, ShownValue>>;

  @ApiPropertyOptional({ description: 'The span on which it was evaluated.', example: '738ce9ebf3d2b922' })
  span?: string;

  @ApiPropertyOptional({ description: 'How many spans satisfy its condition, or stand in its relation.' })
  count?: number;

  @ApiPropertyOptional({ description: 'There may be more: they were not counted.' })
  at_least?: boolean;

  @ApiPropertyOptional({ description: 'Of this many spans.' })
  of?: number;

  @ApiPropertyOptional({
    type: [String],
    description: 'Ids of the spans that make it true, at most 50; for `all` those that make it false.',
  })
  witnesses?: readonly string[];

  @ApiPropertyOptional({ description: 'How many more of them are known.' })
  more_witnesses?: number;

  @ApiPropertyOptional({ example: 'attempt to compare number with nil' })
  error?: string;

  @ApiPropertyOptional({ type: () => [ExplanationNodeView], description: 'Its parts, in the order of the text.' })
  children?: readonly ExplanationNode[];

  @ApiPropertyOptional({ description: 'How many children are left out: the explanation would be too large.' })
  omitted?: number;
}

export class ExplanationView implements Explanation {
  @ApiProperty({ example: 'at least 1 span satisfies span.name == "charge"; 0 of 12 spans satisfy span.name == "audit.log"' })
  summary!: string;

  @ApiProperty({ type: [ConditionOutcomeView], description: 'The parts of the rule that were evaluated, in a list.' })
  conditions!: readonly ConditionOutcome[];

  @ApiPropertyOptional({ description: 'How many parts the list leaves out.' })
  omitted?: number;

  @ApiPropertyOptional({
    type: ExplanationNodeView,
    description:
      'The rule as a tree, each part with its place in the text of that version of the rule. Absent in a record that counts others, and for a rule about spans that is undecided about a trace.',
  })
  tree?: ExplanationNode;
}
