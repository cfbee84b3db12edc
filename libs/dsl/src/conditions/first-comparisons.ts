import type { ConditionColumns } from '../contract/compiled-rule-set.js';
import type { AttributeColumns } from '../emit/declarations.js';
import type { Resolved } from '../tree/resolved.js';
import { operandsOf } from '../tree/walk.js';
import { incomparableText, type LuaType, luaType } from '../values/lua/lua-value.js';
import type { Value } from '../values/value.js';
import { boundOf } from './bound.js';

/** The error text of a condition's first comparison on a span; undefined where it does not fail. */
type ComparisonError = (columns: ConditionColumns, i: number) => string | undefined;

/**
 * The errors of the first comparisons of conditions. Conditions that compare the same attribute share one function, because a record may need a thousand of
 * them.
 */
export class FirstComparisons {
  /** Functions by number. */
  readonly errors: ComparisonError[] = [];
  /** Their texts on a span that lacks the attribute. */
  readonly missing: string[] = [];
  private readonly known = new Map<string, number>();

  constructor(private readonly columns: AttributeColumns) {}

  /** The number of the condition's error; -1: it does not begin with a comparison of an attribute and a number. */
  of(condition: Resolved): number {
    // Other operands are evaluated when it fails.
    if (condition.type === 'logical' && condition.unordered === true) return -1;
    const [first] = operandsOf(condition, 'and');
    const bound = first === undefined ? undefined : boundOf(first);
    if (bound === undefined || bound.node.type !== 'binary') return -1;
    const { column } = bound;
    if (column.type !== 'attribute' && column.type !== 'resource-attribute') return -1;
    const [list, number] =
      column.type === 'attribute'
        ? (['attribute', this.columns.attribute(column.key)] as const)
        : (['resourceAttribute', this.columns.resourceAttribute(column.key)] as const);
    // Lua turns `a > b` into `b < a`.
    const columnFirst = (bound.node.left === column) === bound.node.operator.startsWith('<');
    const key = `${list} ${number} ${columnFirst}`;
    let error = this.known.get(key);
    if (error === undefined) {
      const texts = columnFirst ? WITH_NUMBER : TO_NUMBER;
      error = this.errors.push(comparisonError(list, number, texts)) - 1;
      this.missing.push(texts.nil);
      this.known.set(key, error);
    }
    return error;
  }
}

function comparisonError(
  list: 'attribute' | 'resourceAttribute',
  number: number,
  texts: Readonly<Record<LuaType, string>>,
): ComparisonError {
  return (spans, i) => {
    const type = luaType(spans[list][number]?.[i] as Value);
    return type === 'number' ? undefined : texts[type];
  };
}

const TYPES: readonly LuaType[] = ['nil', 'boolean', 'string', 'table'];

/** Each text is one string object, so that a map keyed by it computes its hash once. */
function texts(text: (type: LuaType) => string): Readonly<Record<LuaType, string>> {
  return Object.fromEntries(TYPES.map((type) => [type, text(type)])) as Record<LuaType, string>;
}

const WITH_NUMBER = texts((type) => incomparableText(type, 'number'));
const TO_NUMBER = texts((type) => incomparableText('number', type));
