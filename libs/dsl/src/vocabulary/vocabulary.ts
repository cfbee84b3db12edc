import { DURATION_UNITS } from '#base';
import { OPERATORS } from '../text/operators.js';
import type { VocabularyField, VocabularyFunction } from '../text/vocabulary-entry.js';
import { LIBRARY } from '../values/lua/library.js';
import { BOOLEAN, NUMBER, STRING, type TypeSet } from '../values/types.js';
import { RELATIVES_FUNCTIONS, TRACE_FUNCTIONS } from './trace-vocabulary.js';

export type { VocabularyField, VocabularyFunction };

export const STATUSES = ['unset', 'ok', 'error'] as const;
export const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

const FIELDS_OF_SPAN = [
  { name: 'name', type: 'string', doc: 'The name of the span.', example: 'span.name == "charge"' },
  {
    name: 'service',
    type: 'string',
    doc: 'The resource attribute `service.name`; empty when there is none.',
    example: 'span.service == "payment"',
  },
  {
    name: 'duration',
    type: 'duration',
    doc: 'End minus start, in nanoseconds; negative when the clocks say so.',
    example: 'span.duration > 1s',
  },
  { name: 'status', type: 'string', values: STATUSES, doc: 'The status code.', example: 'span.status == "error"' },
  {
    name: 'status_message',
    type: 'string',
    doc: 'The message of the status; empty when there is none.',
    example: 'span.status_message contains "timeout"',
  },
  { name: 'kind', type: 'string', values: KINDS, doc: 'The kind of the span.', example: 'span.kind == "server"' },
  {
    name: 'id',
    type: 'string',
    doc: 'The span id: 16 lower-case hexadecimal digits, or the text that was sent.',
    example: 'span.id == "00f067aa0ba902b7"',
  },
  { name: 'parent_id', type: 'string', doc: 'The id of the parent span; empty for a root span.', example: 'span.parent_id == ""' },
  { name: 'trace_id', type: 'string', doc: 'The id of the trace, as `trace.id`.', example: 'span.trace_id == trace.id' },
  { name: 'start_time', type: 'time', doc: 'Nanoseconds since 1970, all 64 bits.', example: 'span.start_time > 1700000000000000000' },
  { name: 'end_time', type: 'time', doc: 'Nanoseconds since 1970, all 64 bits.', example: 'span.end_time < span.start_time' },
  { name: 'is_root', type: 'boolean', doc: 'True when the span has no parent id.', example: 'span.is_root and span.duration > 2s' },
  {
    name: 'attributes',
    type: 'map',
    doc: 'The span\'s attributes: `span.attributes["http.method"]`, also `attribute.http.method`.',
    example: 'span.attributes["http.method"] == "POST"',
  },
  {
    name: 'resource',
    type: 'map',
    doc: 'The attributes of the resource that sent the span.',
    example: 'span.resource["deployment.environment"] == "production"',
  },
  {
    name: 'events',
    type: 'list',
    doc: 'The events, each with name, time and attributes. The trace is judged at close.',
    example: '#span.events > 10',
  },
  {
    name: 'links',
    type: 'list',
    doc: 'The links, each with trace_id, span_id and attributes. The trace is judged at close.',
    example: 'span.kind == "consumer" and #span.links == 0',
  },
  {
    name: 'scope',
    type: 'map',
    doc: 'The instrumentation scope: `span.scope.name`, `span.scope.version`.',
    example: 'span.scope.name starts_with "io.opentelemetry"',
  },
  {
    name: 'parent',
    type: 'span',
    doc: 'The parent span; nil for a root and while the parent has not arrived. All its fields can be read.',
    example: 'span.parent and span.parent.duration < span.duration',
  },
  {
    name: 'children',
    type: 'spans',
    doc: 'The spans whose parent is this span: read by functions, such as `span.children.count(c)`.',
    example: 'span.children.count(span.kind == "client") > 50',
  },
  {
    name: 'descendants',
    type: 'spans',
    doc: 'The children of the span, their children, and so on.',
    example: 'span.name starts_with "/admin" and not span.descendants.has(span.name == "admin.check")',
  },
  {
    name: 'ancestors',
    type: 'spans',
    doc: 'The parent of the span, its parent, and so on up to the root.',
    example: 'span.name == "db.query" and not span.ancestors.has(span.name == "authorize")',
  },
] as const satisfies readonly VocabularyField[];

export const SPAN_FIELDS: readonly VocabularyField[] = FIELDS_OF_SPAN;

export const SPAN_FUNCTIONS: readonly VocabularyFunction[] = [
  {
    name: 'has',
    parameters: [{ name: 'attribute', type: 'attribute', doc: 'The attribute, as `attribute.x`, or its key as a string.' }],
    returns: 'boolean',
    doc: 'True when the span has the attribute (whatever its value).',
    example: 'not span.has(attribute.auth.token)',
  },
  {
    name: 'before',
    parameters: [
      { name: 'other', type: 'span', doc: 'Another span: one that a condition has named, `span.parent`, `trace.root`.' },
      { name: 'tolerance', type: 'duration', doc: 'By how much clocks of different services may differ.', optional: true },
    ],
    returns: 'boolean',
    doc: 'True when the span ended no later than the other started, in the order of `trace.before`.',
    example: 'trace.has(c where c.name == "charge" and not trace.has(span.name == "fraud.check" and span.before(c)))',
  },
];

const FIELDS_OF_SCOPE = [
  { name: 'name', type: 'string', doc: 'The name of the instrumentation scope.', example: 'span.scope.name == "kafkajs"' },
  { name: 'version', type: 'string', doc: 'Its version; empty when unknown.', example: 'span.scope.version == "1.0.0"' },
] as const satisfies readonly VocabularyField[];

export const SCOPE_FIELDS: readonly VocabularyField[] = FIELDS_OF_SCOPE;

type ScalarField = Extract<(typeof FIELDS_OF_SPAN)[number], { readonly type: 'string' | 'number' | 'duration' | 'time' | 'boolean' }>;

/** The scalar fields of a span; never nil. Ids and times as in SpanView; `trace_id` is `trace.id` read through a span. */
export type FieldName = ScalarField['name'] | `scope_${(typeof FIELDS_OF_SCOPE)[number]['name']}`;

export const TRACE_FIELDS: readonly VocabularyField[] = [
  {
    name: 'id',
    type: 'string',
    doc: 'The trace id: 32 lower-case hexadecimal digits, or the text that was sent.',
    example: 'trace.id != ""',
  },
  { name: 'duration', type: 'duration', doc: 'From the first start to the last end, in nanoseconds.', example: 'trace.duration > 5s' },
  { name: 'span_count', type: 'number', doc: 'How many spans the trace has.', example: 'trace.span_count > 500' },
  {
    name: 'root',
    type: 'span',
    doc: 'The span without a parent, the earliest if there are several; nil while none has arrived.',
    example: 'trace.root and trace.root.duration > 2s',
  },
  { name: 'services', type: 'list', doc: 'The distinct service names, in the order of the spans.', example: '#trace.services > 20' },
  { name: 'depth', type: 'number', doc: 'The number of spans on the longest path down from a root.', example: 'trace.depth > 15' },
  {
    name: 'spans',
    type: 'list',
    doc: 'All spans, ordered by start, then by OTLP id. Scripts can loop over them.',
    example: '#trace.spans > 500',
  },
];

export const STRING_TEST_FUNCTIONS: readonly VocabularyFunction[] = [
  stringTest('contains', 'The text occurs in the string.', 'span.name contains "query"'),
  stringTest('starts_with', 'The string begins with the text.', 'span.name starts_with "/api/"'),
  stringTest('ends_with', 'The string ends with the text.', 'span.name:ends_with(".log")'),
  stringTest('matches', 'The RE2 regular expression matches somewhere in the string.', 'span.name matches "^/api/v[0-9]+/"'),
];

export { RELATIVES_FUNCTIONS, TRACE_FUNCTIONS };

/** Functions of values that compiled expressions can call, from their implementation. */
export const LIBRARY_FUNCTIONS: readonly VocabularyFunction[] = Object.entries(LIBRARY).map(([name, entry]) => ({
  name,
  parameters: Array.from({ length: entry.minimum }, () => ({ name: 'x', type: 'any', doc: '' })),
  returns: entry.returns === NUMBER ? 'number' : entry.returns === STRING ? 'string' : 'any',
  doc: entry.doc,
  example: entry.example,
}));

/** The whole vocabulary: `GET /v1/dsl`. */
export const VOCABULARY = {
  span: { fields: SPAN_FIELDS, functions: SPAN_FUNCTIONS },
  trace: { fields: TRACE_FIELDS, functions: TRACE_FUNCTIONS },
  relatives: { functions: RELATIVES_FUNCTIONS },
  scope: { fields: SCOPE_FIELDS },
  stringTests: STRING_TEST_FUNCTIONS,
  library: LIBRARY_FUNCTIONS,
  operators: OPERATORS,
  /** The units of time: a number with one of them is a duration. */
  durationUnits: Object.entries(DURATION_UNITS).map(([unit, nanoseconds]) => ({ unit, nanoseconds: Number(nanoseconds) })),
} as const;

/** The types of the scalar span fields. */
export const FIELD_TYPES: Readonly<Record<FieldName, TypeSet>> = {
  name: STRING,
  service: STRING,
  duration: NUMBER,
  status: STRING,
  status_message: STRING,
  kind: STRING,
  id: STRING,
  parent_id: STRING,
  trace_id: STRING,
  start_time: NUMBER,
  end_time: NUMBER,
  is_root: BOOLEAN,
  scope_name: STRING,
  scope_version: STRING,
};

/** All values of a field, where they are known. */
export function fieldValues(field: FieldName): readonly string[] | undefined {
  return field === 'status' ? STATUSES : field === 'kind' ? KINDS : undefined;
}

function stringTest(name: string, doc: string, example: string): VocabularyFunction {
  return { name, parameters: [{ name: 'text', type: 'string', doc }], returns: 'boolean', doc, example };
}
