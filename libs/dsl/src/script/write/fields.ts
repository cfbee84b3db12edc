import { numeral, quote } from '../../emit/emit.js';
import { attributePath, isAttributeMap, LIMITS } from '../../sandbox/bridge/lua-text.js';
import type { Expression, Name } from '../../text/syntax.js';
import { FIELD_TYPES } from '../../vocabulary/vocabulary.js';
import { refuseOtherOrder } from './order.js';
import { NeedsSandbox } from './scopes.js';
import { type CodeType, type ScriptCode, variableName } from './script-code.js';
import type { ScriptWriter } from './script-writer.js';
import { STEPS } from './steps.js';

/** A name as a value. @throws NeedsSandbox */
export function writeName(writer: ScriptWriter, name: Name): ScriptCode {
  const meant = writeMeant(writer, name);
  return name.name === 'attribute' ? writeField(writer, meant, 'attributes') : meant;
}

/** The code for a name; `attribute` is a field of the current `span`. */
function writeMeant(writer: ScriptWriter, name: Name): ScriptCode {
  writer.spend(STEPS.name);
  const binding = writer.scopes.uses.get(name);
  if (binding === 'trace') return { text: 'run.handle', type: 'table' };
  if (binding === 'span') return writer.subject();
  if (binding === 'library' || binding === undefined) throw new NeedsSandbox(`${name.name} as a value`);
  return { text: variableName(binding), type: writer.typeOf(binding) };
}

/** `object.name`, also of the trace and the library. @throws NeedsSandbox */
export function writeMember(writer: ScriptWriter, member: Extract<Expression, { type: 'member' }>): ScriptCode {
  const path = attributePath(member);
  if (path !== undefined) return writeMapIndex(writer, path.map, writer.constant(path.key));
  const { object, name } = member;
  if (object.type === 'name') {
    const binding = writer.scopes.uses.get(object);
    if (object.name === 'math' && (binding === 'library' || LIMITS.has(name))) return writeConstant(writer, name, binding === 'library');
    if (binding === 'library') throw new NeedsSandbox(`${object.name}.${name} as a value`);
    if (binding === 'trace') return writeTraceField(writer, name);
  }
  return writeField(writer, writer.code(object), name);
}

function writeConstant(writer: ScriptWriter, name: string, isLibrary: boolean): ScriptCode {
  const value = isLibrary
    ? (LIMITS.get(name) ?? ({ pi: Math.PI, huge: Number.POSITIVE_INFINITY } as Record<string, number>)[name])
    : undefined;
  if (value === undefined) throw new NeedsSandbox(`math.${name} as a value`);
  writer.spend(STEPS.call);
  return { text: numeral(value), type: typeof value === 'bigint' ? 'numeric' : 'number' };
}

const TRACE_FIELDS: Readonly<Record<string, ScriptCode>> = {
  id: { text: 'run.text(run.trace.id)', type: 'string' },
  span_count: { text: 'run.trace.spans.length', type: 'number' },
  spans: { text: 'run.trace.spans', type: 'spans' },
  duration: { text: 'run.duration()', type: 'numeric' },
  services: { text: 'run.services()', type: 'table' },
  root: { text: 'run.root()', type: 'span or nil' },
  depth: { text: 'run.traceDepth()', type: 'number' },
};

function writeTraceField(writer: ScriptWriter, name: string): ScriptCode {
  writer.spend(STEPS.member);
  return Object.hasOwn(TRACE_FIELDS, name) ? TRACE_FIELDS[name]! : { text: `traceMember(run, ${quote(name)})`, type: 'any' };
}

/** `object.name`. */
function writeField(writer: ScriptWriter, object: ScriptCode, name: string): ScriptCode {
  writer.spend(STEPS.member);
  const span = object.type === 'span or nil' ? `present(${object.text})` : object.type === 'span' ? object.text : undefined;
  if (span !== undefined && Object.hasOwn(SPAN_FIELDS, name)) {
    const { property, type } = SPAN_FIELDS[name]!;
    const text = `${span}.${property}`;
    return { text: type === 'string' ? `run.text(${text})` : text, type };
  }
  if (span !== undefined && name === 'parent') return { text: `run.parent(${span})`, type: 'span or nil' };
  return writeGet(object, quote(name));
}

const SPAN_FIELDS: Readonly<Record<string, { readonly property: string; readonly type: CodeType }>> = Object.fromEntries(
  Object.keys(FIELD_TYPES)
    .filter((name) => !name.startsWith('scope_'))
    .map((name) => {
      const type = name === 'is_root' ? 'boolean' : name === 'duration' || name.endsWith('_time') ? 'numeric' : 'string';
      return [name, { property: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()), type }];
    }),
);

/** `object[key]`. */
export function writeIndex(writer: ScriptWriter, object: Expression, key: Expression): ScriptCode {
  if (isAttributeMap(object)) return writeMapIndex(writer, object, undefined, key);
  writer.spend(STEPS.member);
  refuseOtherOrder(writer.scopes, [object], [key]);
  const owner = writer.code(object);
  return writeGet(owner, writer.value(key));
}

function writeGet({ text, type }: ScriptCode, key: string): ScriptCode {
  return { text: type === 'own table' ? `${text}.get(${key})` : `index(run, ${text}, ${key})`, type: 'any' };
}

/** An attribute by its key. For a known span this avoids a map of all. */
function writeMapIndex(writer: ScriptWriter, map: Expression, text: string | undefined, key?: Expression): ScriptCode {
  writer.spend(2 * STEPS.member);
  const keyText = (): string => text ?? writer.value(key!);
  const owner = map.type === 'member' ? writer.code(map.object) : writeMeant(writer, map as Name);
  const table = map.type === 'member' ? map.name : 'attributes';
  if (owner.type === 'span' || owner.type === 'span or nil') {
    const read = table === 'attributes' ? 'attribute' : 'resourceAttribute';
    const span = owner.type === 'span' ? owner.text : `present(${owner.text})`;
    return { text: `${read}(run, ${span}, ${keyText()})`, type: 'any' };
  }
  return { text: `index(run, index(run, ${owner.text}, ${quote(table)}), ${keyText()})`, type: 'any' };
}
