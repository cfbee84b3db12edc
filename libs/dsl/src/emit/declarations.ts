import type { Resolved } from '../tree/resolved.js';
import type { FieldName } from '../vocabulary/vocabulary.js';

/**
 * A local of the generated functions: a value of one span, loaded once in the scope that needs it. `hoist` runs once per call,
 * `load` once per span (`i` is the span).
 */
export interface Declaration {
  readonly id: string;
  readonly hoist?: string;
  readonly load: string;
}

/** The column numbers of the rule set's attributes: the order of `Reads`. */
export interface AttributeColumns {
  attribute(key: string): number;
  resourceAttribute(key: string): number;
}

const FIELDS: Readonly<Record<FieldName, Declaration>> = {
  name: { id: 'name', hoist: 'const names = c.name;', load: 'const name = names[i];' },
  service: { id: 'service', hoist: 'const services = c.service;', load: 'const service = services[i];' },
  status_message: { id: 'message', hoist: 'const messages = c.statusMessage;', load: 'const message = messages[i];' },
  scope_name: { id: 'scope', hoist: 'const scopes = c.scopeName;', load: 'const scope = scopes[i];' },
  scope_version: { id: 'scopeVersion', hoist: 'const scopeVersions = c.scopeVersion;', load: 'const scopeVersion = scopeVersions[i];' },
  status: { id: 'statusName', hoist: 'const statuses = c.status;', load: 'const statusName = STATUS[statuses[i]];' },
  kind: { id: 'kindName', hoist: 'const kinds = c.kind;', load: 'const kindName = KIND[kinds[i]];' },
  duration: {
    id: 'exactDuration',
    hoist: 'const durations = c.duration;',
    load: 'const exactDuration = durations[i] === durations[i] ? durations[i] : c.exactDuration(i);',
  },
  id: { id: 'spanId', load: 'const spanId = c.spanId(i);' },
  parent_id: { id: 'parentId', load: 'const parentId = c.parentId(i);' },
  trace_id: { id: 'traceId', load: 'const traceId = c.traceId(i);' },
  start_time: { id: 'startTime', load: 'const startTime = normal(c.startTime[i]);' },
  end_time: { id: 'endTime', load: 'const endTime = normal(c.endTime[i]);' },
  is_root: { id: 'isRoot', hoist: 'const roots = c.isRoot;', load: 'const isRoot = roots[i] === 1;' },
};

/** The OTLP numbers of the words, for comparison with literals. */
export const STATUS_CODE: Declaration = { id: 'status', hoist: 'const statuses = c.status;', load: 'const status = statuses[i];' };
export const KIND_CODE: Declaration = { id: 'kind', hoist: 'const kinds = c.kind;', load: 'const kind = kinds[i];' };

/**
 * The duration as a double. A duration that needs a bigint is beyond every safe number, as is its nearest double, so comparisons with safe numbers are exact.
 */
export const ROUGH_DURATION: Declaration = {
  id: 'duration',
  hoist: 'const durations = c.duration;',
  load: 'const duration = durations[i] === durations[i] ? durations[i] : Number(c.exactDuration(i));',
};

/** The exact value of a field, as in SpanView. */
export function fieldDeclaration(field: FieldName): Declaration {
  return FIELDS[field];
}

/** The column of an attribute. Equal keys give the same object, so that a scope declares it once. */
export class AttributeDeclarations {
  private readonly known = new Map<string, Declaration>();

  constructor(private readonly columns: AttributeColumns) {}

  of(node: Extract<Resolved, { type: 'attribute' | 'resource-attribute' | 'has-attribute' }>): Declaration {
    const isResource = node.type === 'resource-attribute';
    const column = isResource ? this.columns.resourceAttribute(node.key) : this.columns.attribute(node.key);
    const letter = isResource ? 'r' : 'a';
    const array = isResource ? 'resourceAttribute' : 'attribute';
    const id = `${letter}${column}`;
    const existing = this.known.get(id);
    if (existing !== undefined) return existing;
    const made: Declaration = {
      id,
      hoist: `const ${letter}s${column} = c.${array}[${column}];`,
      load: `const ${id} = ${letter}s${column}[i];`,
    };
    this.known.set(id, made);
    return made;
  }
}
