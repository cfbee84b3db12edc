import type { Range } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import { parseNumeral } from '../../values/lua/lua-number.js';
import type { WhenTree } from './when-tree.js';

/** A literal value: `1000`, `"EUR"`, `EUR`, `true`. */
export type WhenValue =
  | { readonly kind: 'number'; readonly number: number | bigint; readonly range: Range }
  | { readonly kind: 'boolean'; readonly text: 'true' | 'false'; readonly range: Range }
  | { readonly kind: 'string'; readonly text: string; readonly range: Range }
  /** An unquoted word: a text in a test for equality, another attribute of the span in an ordering. */
  | { readonly kind: 'word'; readonly text: string; readonly range: Range };

export type WhenOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'matches';

export interface AttributeName {
  readonly key: string;
  readonly range: Range;
}

/**
 * One comparison of an attribute. This form is untyped: `amount > 1000` also matches the text "1500", and `verified == true` the text "true" (by
 * `tonumber` and `tostring`, unless `typed`). Quoted values are compared as text: `version == "1.10"` does not match "1.1", and `status == "500"`
 * matches the number 500. On a span without the attribute only `!=` is true.
 */
export class CompareAttribute {
  constructor(
    private readonly tree: WhenTree,
    private readonly typed: boolean,
  ) {}

  compare(attribute: AttributeName, operator: WhenOperator, value: WhenValue, range: Range): Expression {
    if (operator === '==' || operator === '!=') return this.equality(attribute, operator, value, range);
    if (operator === 'contains' || operator === 'matches') {
      const pattern = this.tree.string(textOf(value), value.range);
      return this.guarded(attribute, this.tree.stringTest(operator, this.asText(attribute), pattern, range));
    }
    return this.ordering(attribute, operator, value, range);
  }

  /** A bare attribute name: the attribute is true. */
  isTrue(attribute: AttributeName): Expression {
    return this.equality(attribute, '==', { kind: 'boolean', text: 'true', range: attribute.range }, attribute.range);
  }

  private equality(attribute: AttributeName, operator: '==' | '!=', value: WhenValue, range: Range): Expression {
    const lua: BinaryOperator = operator === '==' ? '==' : '~=';
    if (value.kind === 'number') return this.tree.binary(lua, this.asNumber(attribute), this.tree.number(value.number, value.range), range);
    const text = textOf(value);
    const literal = this.tree.string(text, value.range);
    if (NUMERAL.test(text)) return this.tree.binary(lua, this.asText(attribute), literal, range);
    if (text !== 'true' && text !== 'false') return this.tree.binary(lua, this.plain(attribute), literal, range);
    if (!this.typed) return this.tree.binary(lua, this.asText(attribute), literal, range);
    return this.tree.binary(lua, this.plain(attribute), { type: 'boolean', value: text === 'true', range: value.range }, range);
  }

  private ordering(attribute: AttributeName, operator: '<' | '<=' | '>' | '>=', value: WhenValue, range: Range): Expression {
    const number = numberOf(value);
    if (number !== undefined) {
      const comparison = this.tree.binary(operator, this.asNumber(attribute), this.tree.number(number, value.range), range);
      return this.tree.all([this.asNumber(attribute), comparison]);
    }
    if (value.kind === 'word') {
      const other = { key: value.text, range: value.range };
      const comparison = this.tree.binary(operator, this.asNumber(attribute), this.asNumber(other), range);
      return this.tree.all([this.asNumber(attribute), this.asNumber(other), comparison]);
    }
    const literal = this.tree.string(textOf(value), value.range);
    return this.guarded(attribute, this.tree.binary(operator, this.asText(attribute), literal, range));
  }

  private guarded(attribute: AttributeName, comparison: Expression): Expression {
    return this.tree.all([this.plain(attribute), comparison]);
  }

  private plain({ key, range }: AttributeName): Expression {
    return this.tree.attribute(key, range);
  }

  private asNumber(attribute: AttributeName): Expression {
    return this.typed
      ? this.plain(attribute)
      : this.tree.call(this.tree.name('tonumber', attribute.range), [this.plain(attribute)], attribute.range);
  }

  private asText(attribute: AttributeName): Expression {
    return this.typed
      ? this.plain(attribute)
      : this.tree.call(this.tree.name('tostring', attribute.range), [this.plain(attribute)], attribute.range);
  }
}

const NUMERAL = /^-?\d+(\.\d+)?$/;

/** In an ordering also the number in a text: `amount > "200"` compares with 200. */
function numberOf(value: WhenValue): number | bigint | undefined {
  if (value.kind === 'number') return value.number;
  return value.kind === 'string' && NUMERAL.test(value.text) ? parseNumeral(value.text) : undefined;
}

function textOf(value: WhenValue): string {
  return value.kind === 'number' ? String(value.number) : value.text;
}
