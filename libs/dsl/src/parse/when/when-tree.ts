import type { Range } from '../../text/source.js';
import type { Expression } from '../../text/syntax.js';
import type { TokenCursor } from '../../text/token-cursor.js';
import type { BinaryOperator } from '../../values/lua/lua-arithmetic.js';
import type { StringTestName } from '../../values/lua/string-tests.js';

/** Creates the BeTraceDSL nodes for a `when` form. Each has the range of its source text, for diagnostics; the cursor bounds their height. */
export class WhenTree {
  constructor(private readonly cursor: TokenCursor) {}

  name(name: string, range: Range): Expression {
    return this.cursor.built({ type: 'name', name, range });
  }

  string(value: string, range: Range): Expression {
    return this.cursor.built({ type: 'string', value, isText: true, range });
  }

  number(value: number | bigint, range: Range): Expression {
    const node = this.cursor.built({ type: 'number', value: value < 0 ? -value : value, range });
    return value < 0 ? this.cursor.built({ type: 'unary', operator: '-', operand: node, range }, node) : node;
  }

  member(object: Expression, name: string, range: Range): Expression {
    return this.cursor.built({ type: 'member', object, name, nameRange: range, range }, object);
  }

  call(callee: Expression, args: readonly Expression[], range: Range): Expression {
    return this.cursor.built({ type: 'call', callee, args, range }, callee, ...args);
  }

  binary(operator: BinaryOperator, left: Expression, right: Expression, range: Range): Expression {
    return this.cursor.built({ type: 'binary', operator, left, right, range }, left, right);
  }

  not(operand: Expression, range: Range): Expression {
    return this.cursor.built({ type: 'unary', operator: 'not', operand, range }, operand);
  }

  stringTest(test: StringTestName, subject: Expression, pattern: Expression, range: Range): Expression {
    return this.cursor.built({ type: 'string-test', test, spelling: 'infix', subject, pattern, range }, subject, pattern);
  }

  /** `a and b and …`; at least one operand. */
  all(operands: readonly Expression[]): Expression {
    return operands.flatMap((operand) => flat('and', operand)).reduce((left, right) => this.logical('and', left, right));
  }

  any(operands: readonly Expression[]): Expression {
    return operands.flatMap((operand) => flat('or', operand)).reduce((left, right) => this.logical('or', left, right));
  }

  /** `attribute.http.method`, or `attribute["any key"]`. */
  attribute(key: string, range: Range): Expression {
    const object = this.name('attribute', range);
    if (IDENTIFIERS.test(key)) return key.split('.').reduce((inner, part) => this.member(inner, part, range), object);
    const index = this.string(key, range);
    return this.cursor.built({ type: 'index', object, key: index, range }, object, index);
  }

  /** `span.name == "…"`. */
  named(name: string, range: Range): Expression {
    return this.binary('==', this.member(this.name('span', range), 'name', range), this.string(name, range), range);
  }

  /** `trace.has(c)`, `trace.count(c)`. */
  quantifier(name: 'has' | 'count', condition: Expression, range: Range): Expression {
    return this.call(this.member(this.name('trace', range), name, range), [condition], range);
  }

  private logical(operator: 'and' | 'or', left: Expression, right: Expression): Expression {
    const range = { start: Math.min(left.range.start, right.range.start), end: Math.max(left.range.end, right.range.end) };
    return this.cursor.built({ type: 'logical', operator, left, right, range }, left, right);
  }
}

/** The operands of a chain: `a and (b and c)` needs no parentheses. */
export function flat(operator: 'and' | 'or', expression: Expression): readonly Expression[] {
  const operands: Expression[] = [];
  const pending = [expression];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'logical' && node.operator === operator) pending.push(node.right, node.left);
    else operands.push(node);
  }
  return operands;
}

const IDENTIFIERS = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
