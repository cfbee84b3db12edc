import type { SpanView } from '../trace/span-view.js';
import type { Resolved } from '../tree/resolved.js';
import { eachNode, operandsOf } from '../tree/walk.js';
import { luaType } from '../values/lua/lua-value.js';
import { isLocal, isSpanFunction, testsOf } from './local-test.js';

type ReadAttribute = Extract<Resolved, { readonly type: 'attribute' | 'resource-attribute' }>;

/** An operation on several spans: the value it reads, and the type of its other operands. */
interface Operation {
  readonly reads: readonly ReadAttribute[];
  readonly types: ReadonlySet<string>;
}

const operations = new WeakMap<Resolved, readonly Operation[]>();

/**
 * A condition about several spans may fail on a value of a wrong type: the attributes that one operation reads have several types on these spans. Sorted
 * look-ups do not detect it, because they omit values that cannot be compared.
 */
export function mayClash(root: Resolved, spans: readonly SpanView[]): boolean {
  let existing = operations.get(root);
  if (existing === undefined) operations.set(root, (existing = operationsOf(root)));
  return existing.some(({ reads, types }) => {
    const seen = new Set(types);
    return reads.some((node) =>
      spans.some((span) => {
        const value = node.type === 'attribute' ? span.attribute(node.key) : span.resourceAttribute(node.key);
        if (value !== undefined) seen.add(luaType(value));
        return seen.size > 1;
      }),
    );
  });
}

function operationsOf(root: Resolved): readonly Operation[] {
  const found: Operation[] = [];
  eachNode(root, (node) => {
    if (!isSpanFunction(node)) return;
    for (const { condition, depth } of testsOf(node)) {
      for (const conjunct of operandsOf(condition, 'and')) if (!isLocal(conjunct, depth)) eachNode(conjunct, (part) => add(part));
    }
  });
  return found;

  function add(node: Resolved): void {
    const type = operandType(node);
    if (type === undefined) return;
    const reads: ReadAttribute[] = [];
    const types = new Set(type === '' ? [] : [type]);
    eachNode(node, (part) => {
      if (part.type === 'attribute' || part.type === 'resource-attribute') reads.push(part);
      else if (part.type === 'literal' && part.value !== undefined) types.add(luaType(part.value));
      else if (part.type === 'field') types.add(NUMERIC.has(part.field) ? 'number' : 'string');
    });
    if (reads.length > 0) found.push({ reads, types });
  }
}

/** The type of a node's operands; '': any; undefined: it is no such operation. */
function operandType(node: Resolved): string | undefined {
  if (node.type === 'string-test') return 'string';
  if (node.type === 'unary') return node.operator === '-' || node.operator === '~' ? 'number' : undefined;
  if (node.type !== 'binary' || node.operator === '==' || node.operator === '~=') return undefined;
  return ORDERINGS.has(node.operator) ? '' : 'number';
}

const ORDERINGS: ReadonlySet<string> = new Set(['<', '<=', '>', '>=']);
const NUMERIC: ReadonlySet<string> = new Set(['duration', 'start_time', 'end_time']);
