import type { Expression } from '../../../text/syntax.js';
import type { Findings } from '../../scope/scope.js';
import type { Locals } from '../../scope/script-locals.js';

/** `local allowed = {"a", "b"}` … `allowed[attribute.model]`: a list has numeric keys, so that a text finds nothing. */
export function listAsSet({ object, key, range }: Extract<Expression, { type: 'index' }>, locals: Locals, findings: Findings): void {
  if (object.type !== 'name' || locals.get(object.name) !== 'texts' || !readsText(key)) return;
  const example = `{["a"] = true, …}`;
  findings.report('BT_DSL_LIST_AS_SET', range, { name: object.name }, { expected: `a table by text: ${object.name} = ${example}` });
}

/** A text, an attribute or a text field. */
export function readsText(key: Expression): boolean {
  if (key.type === 'string') return true;
  if (key.type === 'member') return TEXT_FIELDS.has(key.name) || isAttribute(key.object);
  return key.type === 'index' && isAttribute(key.object);
}

const TEXT_FIELDS: ReadonlySet<string> = new Set(['name', 'service', 'kind', 'status']);

function isAttribute(object: Expression): boolean {
  let inner = object;
  for (; inner.type === 'member' || inner.type === 'index'; inner = inner.object) {
    if (inner.type === 'member' && (inner.name === 'attributes' || inner.name === 'resource')) return true;
  }
  return inner.type === 'name' && inner.name === 'attribute';
}
