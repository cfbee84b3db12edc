import { AttributesHandle, Entries, isView, RelativesHandle, TraceHandle } from '../../sandbox/bridge/handles.js';
import { readField } from '../../trace/span-values.js';
import type { SpanView } from '../../trace/span-view.js';
import { LuaError } from '../../values/lua/lua-error.js';
import type { ValueMap } from '../../values/value.js';
import type { FieldName } from '../../vocabulary/vocabulary.js';
import { FIELD_TYPES, SPAN_FUNCTIONS, TRACE_FUNCTIONS } from '../../vocabulary/vocabulary.js';
import { LuaTable } from './lua-table.js';
import { bailOut, type ScriptRun } from './script-run.js';

/** Reads and writes of spans, traces, maps, lists and script tables. */

const METHODS: ReadonlySet<string> = new Set([...SPAN_FUNCTIONS, ...TRACE_FUNCTIONS].map(({ name }) => name));

/** A value of a span: a string is charged, bytes that are not UTF-8 are left to the sandbox. */
function read(run: ScriptRun, value: unknown): unknown {
  if (typeof value === 'string') return run.text(value);
  return value instanceof Uint8Array ? bailOut() : value;
}

function attribute(run: ScriptRun, span: SpanView, key: unknown): unknown {
  return typeof key === 'string' ? read(run, span.attribute(key)) : undefined;
}

function resourceAttribute(run: ScriptRun, span: SpanView, key: unknown): unknown {
  return typeof key === 'string' ? read(run, span.resourceAttribute(key)) : undefined;
}

/** A span that may be missing. */
function present(span: SpanView | undefined): SpanView {
  if (span === undefined) throw new LuaError('attempt to index nil');
  return span;
}

/** `object[key]`. */
function index(run: ScriptRun, object: unknown, key: unknown): unknown {
  if (object instanceof LuaTable) return object.get(key);
  if (typeof object === 'string') return typeof key === 'string' ? bailOut() : undefined;
  if (typeof object !== 'object' || object === null) throw new LuaError('attempt to index a value without fields');
  if (Array.isArray(object)) return typeof key === 'number' ? read(run, object[key - 1]) : undefined;
  return typeof key === 'string' ? member(run, object, key) : undefined;
}

function member(run: ScriptRun, owner: object, key: string): unknown {
  if (isView(owner)) return spanMember(run, owner, key);
  if (owner instanceof AttributesHandle) return read(run, owner.read(key));
  if (owner instanceof TraceHandle) return traceMember(run, key);
  if (owner instanceof RelativesHandle) return METHODS.has(key) ? bailOut() : undefined;
  return Object.hasOwn(owner, key) ? read(run, (owner as ValueMap)[key]) : undefined;
}

function spanMember(run: ScriptRun, span: SpanView, key: string): unknown {
  if (Object.hasOwn(FIELD_TYPES, key) && !key.startsWith('scope_')) return read(run, readField(span, key as FieldName));
  switch (key) {
    case 'attributes':
    case 'resource':
      return run.attributes(span, key);
    case 'events':
    case 'links':
    case 'scope':
      return run.table(span, key);
    case 'parent':
      return run.parent(span);
    case 'children':
    case 'descendants':
    case 'ancestors':
      return run.relatives(span, key);
    default:
      return METHODS.has(key) ? bailOut() : undefined;
  }
}

function traceMember(run: ScriptRun, key: string): unknown {
  switch (key) {
    case 'id':
      return run.text(run.trace.id);
    case 'duration':
      return run.duration();
    case 'span_count':
      return run.trace.spans.length;
    case 'spans':
      return run.trace.spans;
    case 'services':
      return run.services();
    case 'root':
      return run.root();
    case 'depth':
      return run.traceDepth();
    default:
      return METHODS.has(key) ? bailOut() : undefined;
  }
}

/** `object[key] = value`. */
function setIndex(object: unknown, key: unknown, value: unknown): void {
  if (!(object instanceof LuaTable)) throw new LuaError('attempt to modify a value that is not a table of the script');
  object.set(key, value);
}

/** `pairs(object)`. */
function* pairs(run: ScriptRun, object: unknown): Iterable<readonly [unknown, unknown]> {
  if (object instanceof LuaTable) {
    yield* object;
    return;
  }
  const entries = typeof object === 'object' && object !== null ? Entries.of(object) : undefined;
  if (entries === undefined) throw new LuaError('attempt to iterate over a value without entries');
  run.spend(4 * entries.length);
  for (let place = 0; place < entries.length; place++) {
    const [key, value] = entries.at(place)!;
    yield [read(run, key), read(run, value)];
  }
}

/** `span.has(key)`. */
function hasAttribute(span: unknown, key: unknown): boolean {
  return isView(span) && typeof key === 'string' ? span.attribute(key) !== undefined : bailOut();
}

export const MEMBERS = { read, present, attribute, resourceAttribute, index, traceMember, setIndex, pairs, hasAttribute };
