import type { BinaryOperator } from '../values/lua/lua-arithmetic.js';
import type { StringTestName } from '../values/lua/string-tests.js';
import type { Range } from './source.js';

/** All expression nodes: the parser creates them, the checker reads them, and the compiler turns them into JavaScript. */
export type Expression =
  | NilLiteral
  | BooleanLiteral
  | NumberLiteral
  | DurationLiteral
  | StringLiteral
  | Name
  | Member
  | Index
  | Call
  | MethodCall
  | StringTest
  | Unary
  | Binary
  | Logical
  | TableConstructor
  | FunctionExpression
  | VarArgs
  | NamedCondition
  | Parenthesized;

/** `nil`. */
export interface NilLiteral {
  readonly type: 'nil';
  readonly range: Range;
}

/** `true` or `false`. */
export interface BooleanLiteral {
  readonly type: 'boolean';
  readonly value: boolean;
  readonly range: Range;
}

/** A numeral. A 64-bit integer beyond 2^53 is a bigint (wrapped as Lua 5.3 wraps); everything else is a number. */
export interface NumberLiteral {
  readonly type: 'number';
  readonly value: number | bigint;
  readonly range: Range;
}

/** `500ms`: its length in nanoseconds, and the text as written (for formatting). */
export interface DurationLiteral {
  readonly type: 'duration';
  readonly nanoseconds: number | bigint;
  readonly text: string;
  readonly range: Range;
}

/** A string after escapes. `isText` is false if the escapes produced bytes that are not UTF-8. */
export interface StringLiteral {
  readonly type: 'string';
  readonly value: string;
  readonly isText: boolean;
  readonly range: Range;
}

/** An identifier: `span`, `trace`, `attribute`, a local, a named span, a library table. */
export interface Name {
  readonly type: 'name';
  readonly name: string;
  readonly range: Range;
}

/** `object.name`. */
export interface Member {
  readonly type: 'member';
  readonly object: Expression;
  readonly name: string;
  readonly nameRange: Range;
  readonly range: Range;
}

/** `object[key]`. */
export interface Index {
  readonly type: 'index';
  readonly object: Expression;
  readonly key: Expression;
  readonly range: Range;
}

/** `callee(…)`; `trace.has(c)` is a call of a member. */
export interface Call {
  readonly type: 'call';
  readonly callee: Expression;
  readonly args: readonly Expression[];
  readonly range: Range;
}

/** `object:name(…)`. The four string tests are a StringTest in both spellings. */
export interface MethodCall {
  readonly type: 'method-call';
  readonly object: Expression;
  readonly name: string;
  readonly nameRange: Range;
  readonly args: readonly Expression[];
  readonly range: Range;
}

/** `a contains b` and `a:contains(b)`: one node for both. */
export interface StringTest {
  readonly type: 'string-test';
  readonly test: StringTestName;
  readonly spelling: 'infix' | 'method';
  readonly subject: Expression;
  readonly pattern: Expression;
  readonly range: Range;
}

/** `not x` (and `!x`), `-x`, `#x`, `~x`. */
export interface Unary {
  readonly type: 'unary';
  readonly operator: 'not' | '-' | '#' | '~';
  readonly operand: Expression;
  readonly range: Range;
}

/** Comparison and arithmetic (`!=` is `~=`). */
export interface Binary {
  readonly type: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly range: Range;
}

/** `and`, `or`: short-circuit; the value is one of the operands, as in Lua. */
export interface Logical {
  readonly type: 'logical';
  readonly operator: 'and' | 'or';
  readonly left: Expression;
  readonly right: Expression;
  readonly range: Range;
}

/** `{…}`, only in scripts. An item without a key extends the list. */
export interface TableConstructor {
  readonly type: 'table';
  readonly items: readonly { readonly key?: Expression; readonly value: Expression }[];
  readonly range: Range;
}

/** `function … end`; only in scripts. */
export interface FunctionExpression {
  readonly type: 'function';
  readonly parameters: readonly Name[];
  readonly isVariadic: boolean;
  readonly body: Block;
  readonly range: Range;
}

/** `...`; only in scripts. */
export interface VarArgs {
  readonly type: 'varargs';
  readonly range: Range;
}

/** `charge where c`: an argument of a trace function that names the tested span, for inner conditions. */
export interface NamedCondition {
  readonly type: 'named-condition';
  readonly name: Name;
  readonly condition: Expression;
  readonly range: Range;
}

/** `(x)`: kept for formatting; means x. */
export interface Parenthesized {
  readonly type: 'parenthesized';
  readonly expression: Expression;
  readonly range: Range;
}

/** Statements in order; a return is always the last. */
export type Block = readonly Statement[];

/** The statements of Lua 5.3 that scripts may use; `goto` and labels are refused. */
export type Statement =
  | { readonly type: 'local'; readonly names: readonly Name[]; readonly values: readonly Expression[]; readonly range: Range }
  | { readonly type: 'local-function'; readonly name: Name; readonly function: FunctionExpression; readonly range: Range }
  | {
      readonly type: 'function-statement';
      readonly target: Expression;
      readonly isMethod: boolean;
      readonly function: FunctionExpression;
      readonly range: Range;
    }
  | { readonly type: 'assignment'; readonly targets: readonly Expression[]; readonly values: readonly Expression[]; readonly range: Range }
  | { readonly type: 'call-statement'; readonly call: Expression; readonly range: Range }
  | { readonly type: 'do'; readonly body: Block; readonly range: Range }
  | { readonly type: 'while'; readonly condition: Expression; readonly body: Block; readonly range: Range }
  | { readonly type: 'repeat'; readonly body: Block; readonly condition: Expression; readonly range: Range }
  | { readonly type: 'if'; readonly branches: readonly Branch[]; readonly otherwise?: Block; readonly range: Range }
  | { readonly type: 'for'; readonly variable: Name; readonly bounds: readonly Expression[]; readonly body: Block; readonly range: Range }
  | {
      readonly type: 'for-in';
      readonly names: readonly Name[];
      readonly iterators: readonly Expression[];
      readonly body: Block;
      readonly range: Range;
    }
  | { readonly type: 'return'; readonly values: readonly Expression[]; readonly range: Range }
  | { readonly type: 'break'; readonly range: Range };

export interface Branch {
  readonly condition: Expression;
  readonly body: Block;
}

/**
 * The syntax of a rule. One expression (also written `return x`) is compiled. Statements, `local` or `function` make it a script, which runs in the
 * sandbox.
 */
export type RuleSyntax =
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'script'; readonly text: string; readonly block: Block };
