import type { AttributeColumns } from '../emit/declarations.js';
import type { Reads, SpanField } from '../tree/reads.js';
import type { Resolved } from '../tree/resolved.js';
import { isByParentage } from '../tree/span-relation.js';
import { eachNode } from '../tree/walk.js';
import type { FieldName } from '../vocabulary/vocabulary.js';

/** Ids, times and parentage are always read. */
const COST_OF_FIELD: Readonly<Partial<Record<FieldName, SpanField>>> = {
  name: 'name',
  service: 'service',
  kind: 'kind',
  status: 'status',
  status_message: 'status_message',
  scope_name: 'scope',
  scope_version: 'scope',
};

/** Collects what rules read, and numbers the attribute columns in order of first use. */
export class ReadsCollector implements AttributeColumns {
  private readonly fields = new Set<SpanField>();
  private readonly attributes = new Map<string, number>();
  private readonly resourceAttributes = new Map<string, number>();
  private readonly bufferedAttributes = new Set<number>();
  private readonly bufferedResourceAttributes = new Set<number>();
  private buffersColumns = false;
  private buffersSpans = false;

  add(node: Resolved): void {
    eachNode(node, (part) => {
      switch (part.type) {
        case 'field': {
          const field = COST_OF_FIELD[part.field];
          if (field !== undefined) this.fields.add(field);
          break;
        }
        case 'attribute':
        case 'has-attribute':
          this.attribute(part.key);
          break;
        case 'resource-attribute':
          this.resourceAttribute(part.key);
          break;
        case 'span-table':
          this.fields.add(part.table);
          break;
        case 'trace-services':
          this.fields.add('service');
          break;
        case 'span-order':
        case 'trace-pair':
          // Order reads links, and whether two spans share a clock.
          if (part.type === 'trace-pair' && isByParentage(part.relation)) break;
          this.fields.add('service');
          this.fields.add('links');
          break;
      }
    });
  }

  /** What is kept of the spans until their trace closes: whole spans, or the columns that the rule reads. */
  buffer(kind: 'columns' | 'spans', node?: Resolved): void {
    if (kind === 'columns') this.buffersColumns = true;
    else this.buffersSpans = true;
    if (kind === 'spans' || node === undefined) return;
    eachNode(node, (part) => {
      if (part.type === 'attribute' || part.type === 'has-attribute') this.bufferedAttributes.add(this.attribute(part.key));
      else if (part.type === 'resource-attribute') this.bufferedResourceAttributes.add(this.resourceAttribute(part.key));
    });
  }

  attribute(key: string): number {
    return numberOf(this.attributes, key);
  }

  resourceAttribute(key: string): number {
    return numberOf(this.resourceAttributes, key);
  }

  reads(): Reads {
    return {
      fields: this.fields,
      attributes: [...this.attributes.keys()],
      resourceAttributes: [...this.resourceAttributes.keys()],
      bufferedAttributes: [...this.bufferedAttributes],
      bufferedResourceAttributes: [...this.bufferedResourceAttributes],
      buffersColumns: this.buffersColumns,
      buffersSpans: this.buffersSpans,
    };
  }
}

function numberOf(numbers: Map<string, number>, key: string): number {
  const existing = numbers.get(key);
  if (existing !== undefined) return existing;
  numbers.set(key, numbers.size);
  return numbers.size - 1;
}
