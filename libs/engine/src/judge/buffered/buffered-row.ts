import type { LinkView, Reads, SpanView, Value, ValueMap } from '#dsl';
import type { SpanColumns } from '#otlp';
import type { SpanIndex } from '../../index-types.js';
import type { BufferedSpan } from '../../rules/buffered-span.js';
import type { RuleSet } from '../../rules/rule-set.js';

/** By column number; resource attributes by -1, -2 …; also texts that few rules read. */
type Key = number | 'status_message' | 'scope_name' | 'scope_version';
/** Key, value, key, value …: only existing ones. */
export type Values = readonly unknown[];

const NOTHING: ValueMap = Object.freeze(Object.create(null) as ValueMap);
export const NO_VALUES: Values = [];

/** Rare fields of a span. */
export function valuesOf(
  { attribute, resourceAttribute, statusMessage, scopeName, scopeVersion }: SpanColumns,
  i: SpanIndex,
  reads: Reads,
): Values {
  const values: unknown[] = [];
  const add = (key: Key, value: unknown): void => {
    if (value !== undefined) values.push(key, value);
  };
  for (const column of reads.bufferedAttributes) add(column, attribute[column]![i]);
  for (const column of reads.bufferedResourceAttributes) add(-1 - column, resourceAttribute[column]![i]);
  if (reads.fields.has('status_message')) add('status_message', statusMessage[i] || undefined);
  if (reads.fields.has('scope')) {
    add('scope_name', scopeName[i] || undefined);
    add('scope_version', scopeVersion[i] || undefined);
  }
  // An array that grew has spare capacity.
  return values.length === 0 ? NO_VALUES : values.slice();
}

type Scalars = Pick<
  BufferedSpan,
  | 'id'
  | 'wireId'
  | 'wireParentId'
  | 'wireTraceId'
  | 'parentId'
  | 'traceId'
  | 'name'
  | 'service'
  | 'kind'
  | 'status'
  | 'startTime'
  | 'endTime'
  | 'duration'
  | 'isRoot'
  | 'form'
  | 'links'
>;

/** A row of the buffered columns, as rules see it. */
export class BufferedRow implements BufferedSpan {
  readonly id: string;
  readonly wireId: string;
  readonly wireParentId: string;
  readonly wireTraceId: string;
  readonly parentId: string;
  readonly traceId: string;
  readonly name: string;
  readonly service: string;
  readonly kind: string;
  readonly status: string;
  readonly startTime: number | bigint;
  readonly endTime: number | bigint;
  readonly duration: number | bigint;
  readonly isRoot: boolean;
  readonly form: number;
  readonly links: readonly LinkView[];
  // Rules that read whole tables are judged on whole spans.
  readonly attributes = NOTHING;
  readonly resource = NOTHING;
  readonly events: SpanView['events'] = [];

  constructor(
    scalars: Scalars,
    private readonly values: Values,
    private readonly rules: RuleSet,
  ) {
    this.id = scalars.id;
    this.wireId = scalars.wireId;
    this.wireParentId = scalars.wireParentId;
    this.wireTraceId = scalars.wireTraceId;
    this.parentId = scalars.parentId;
    this.traceId = scalars.traceId;
    this.name = scalars.name;
    this.service = scalars.service;
    this.kind = scalars.kind;
    this.status = scalars.status;
    this.startTime = scalars.startTime;
    this.endTime = scalars.endTime;
    this.duration = scalars.duration;
    this.isRoot = scalars.isRoot;
    this.form = scalars.form;
    this.links = scalars.links;
  }

  get statusMessage(): string {
    return (this.value('status_message') as string | undefined) ?? '';
  }

  get scope(): { readonly name: string; readonly version: string } {
    return {
      name: (this.value('scope_name') as string | undefined) ?? '',
      version: (this.value('scope_version') as string | undefined) ?? '',
    };
  }

  attribute(key: string): Value {
    const column = this.rules.columnOf.get(key);
    return column === undefined ? undefined : (this.value(column) as Value);
  }

  resourceAttribute(key: string): Value {
    const column = this.rules.resourceColumnOf.get(key);
    return column === undefined ? undefined : (this.value(-1 - column) as Value);
  }

  private value(key: Key): unknown {
    for (let at = 0; at < this.values.length; at += 2) if (this.values[at] === key) return this.values[at + 1];
    return undefined;
  }
}
