import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { PageLimit } from '../request/page-query.js';
import { TEXT } from '../request/query.js';
import type { AttributePlace, AttributeType } from './attribute-catalogue.js';

const PLACES: readonly AttributePlace[] = ['span', 'resource'];
const TYPES: readonly AttributeType[] = ['string', 'number', 'boolean', 'bytes', 'list', 'map'];

/** The query of `GET /v1/attributes`. */
export class AttributesQuery {
  @ApiPropertyOptional({ type: String, description: 'A part of the name, in any case.', example: 'http.' })
  @IsOptional()
  @IsString()
  @Matches(...TEXT)
  q?: string;

  @ApiPropertyOptional({ enum: PLACES, description: 'Where the attribute is: at spans, or at the resource that sent them.' })
  @IsOptional()
  @IsIn(PLACES)
  on?: AttributePlace;

  @PageLimit({ max: 1_000, fallback: 100 })
  limit?: number;
}

export class AttributeValueView {
  @ApiProperty({ oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }], example: 'GET' })
  value!: string | number | boolean;

  @ApiProperty({ type: 'integer', example: 812, description: 'Spans of the sample that have it.' })
  spans!: number;
}

export class AttributeView {
  @ApiProperty({ example: 'http.request.method' })
  name!: string;

  @ApiProperty({ enum: PLACES })
  on!: AttributePlace;

  @ApiProperty({ type: [String], enum: TYPES, description: 'The types of its values.' })
  types!: readonly AttributeType[];

  @ApiProperty({ type: 'integer', example: 1204, description: 'Spans of the sample that have it, themselves or by their resource.' })
  spans!: number;

  @ApiProperty({ description: 'Its name matches a pattern of `attributes.sensitive`: its values are never shown.' })
  sensitive!: boolean;

  @ApiProperty({ type: [AttributeValueView], description: 'The most frequent first, at most 50.' })
  values!: readonly AttributeValueView[];

  @ApiProperty({
    description:
      'Some values are omitted: there are more, they are long, they are not text, numbers or booleans, or they look like personal data or credentials.',
  })
  more!: boolean;
}

export class AttributesView {
  @ApiProperty({ type: [AttributeView], description: 'By name.' })
  attributes!: readonly AttributeView[];

  @ApiProperty({ type: 'integer', description: 'How many match the query.' })
  total!: number;

  @ApiProperty({ description: 'Some names are omitted: beyond 1,000, longer than 200 characters, or unreadable.' })
  more!: boolean;

  @ApiProperty({ type: 'integer', description: 'Size of the sample: the last spans, at most 5,000.' })
  sampled_spans!: number;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the first of them was received; absent if there was none.' })
  since?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'When the last of them was received.' })
  until?: string;
}
