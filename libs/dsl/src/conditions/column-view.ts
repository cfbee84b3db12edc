import type { ConditionColumns } from '../contract/compiled-rule-set.js';
import type { EventView, LinkView, SpanView } from '../trace/span-view.js';
import type { Reads } from '../tree/reads.js';
import { normalInteger } from '../values/lua/lua-number.js';
import type { Value, ValueMap } from '../values/value.js';
import { KINDS, STATUSES } from '../vocabulary/vocabulary.js';

/** One row of the columns as the interpreter reads a span: for error texts, not for the hot path. */
export class ColumnView implements SpanView {
  constructor(
    private readonly columns: ConditionColumns,
    private readonly reads: Reads,
    private readonly i: number,
  ) {}

  get id(): string {
    return this.columns.spanId(this.i);
  }

  get parentId(): string {
    return this.columns.parentId(this.i);
  }

  get traceId(): string {
    return this.columns.traceId(this.i);
  }

  get name(): string {
    return this.columns.name[this.i] ?? '';
  }

  get service(): string {
    return this.columns.service[this.i] ?? '';
  }

  get status(): string {
    return STATUSES[this.columns.status[this.i] ?? 0] ?? STATUSES[0];
  }

  get statusMessage(): string {
    return this.columns.statusMessage[this.i] ?? '';
  }

  get kind(): string {
    return KINDS[this.columns.kind[this.i] ?? 0] ?? KINDS[0];
  }

  get startTime(): number | bigint {
    return normalInteger(this.columns.startTime[this.i] ?? 0n);
  }

  get endTime(): number | bigint {
    return normalInteger(this.columns.endTime[this.i] ?? 0n);
  }

  get duration(): number | bigint {
    const duration = this.columns.duration[this.i] ?? 0;
    return Number.isNaN(duration) ? this.columns.exactDuration(this.i) : duration;
  }

  get isRoot(): boolean {
    return this.columns.isRoot[this.i] === 1;
  }

  attribute(key: string): Value {
    return this.columns.attribute[this.reads.attributes.indexOf(key)]?.[this.i] as Value;
  }

  resourceAttribute(key: string): Value {
    return this.columns.resourceAttribute[this.reads.resourceAttributes.indexOf(key)]?.[this.i] as Value;
  }

  get scope(): { readonly name: string; readonly version: string } {
    return { name: this.columns.scopeName[this.i] ?? '', version: this.columns.scopeVersion[this.i] ?? '' };
  }

  // Columns hold no tables; conditions that read them are never compiled to columns (required-reads.ts).
  readonly attributes: ValueMap = {};
  readonly resource: ValueMap = {};
  readonly events: readonly EventView[] = [];
  readonly links: readonly LinkView[] = [];
}
