import type { Expression } from '../text/syntax.js';
import type { LibraryFunctionName } from '../values/lua/library.js';
import type { BinaryOperator } from '../values/lua/lua-arithmetic.js';
import type { StringTestName } from '../values/lua/string-tests.js';
import type { Pattern } from '../values/pattern.js';
import type { TypeSet } from '../values/types.js';
import type { AggregateName, Quantifier } from '../vocabulary/trace-vocabulary.js';
import type { FieldName } from '../vocabulary/vocabulary.js';
import type { SpanAxis, SpanRelation } from './span-relation.js';

/**
 * The checked tree: every name is resolved to the value that it reads, every constant key and pattern is known. The compiler and the interpreter read only
 * this tree; `syntax` leads back to the text (position, canonical form) and `types` says which Lua types the value can have here (narrowed by guards: right
 * of `attribute.x and …` the attribute can't be nil).
 */
export type Resolved =
  | Literal
  | Field
  | Attribute
  | ResourceAttribute
  | HasAttribute
  | SpanValue
  | SpanTable
  | TraceField
  | TraceServices
  | TraceDepth
  | TraceQuantifier
  | TracePair
  | TraceAggregate
  | SpanOrderTest
  | IndexValue
  | StringTestNode
  | LibraryCall
  | UnaryNode
  | BinaryNode
  | LogicalNode;

interface Node {
  readonly syntax: Expression;
  readonly types: TypeSet;
}

/**
 * The span that a node reads.
 * `subject`: the span that a span rule judges; `bound`: the span tested by the trace function at this depth (1 is the outermost);
 * `root`: `trace.root`, nil when the trace has none; `nth`: `trace.spans[i]`, nil outside 1 … span_count; `parent`: nil when the
 * trace has not seen it.
 * Reading a field of a nil span is the error `attempt to index a nil value`.
 */
export type SpanSource =
  | { readonly type: 'subject' }
  | { readonly type: 'bound'; readonly depth: number }
  | { readonly type: 'root' }
  | { readonly type: 'nth'; readonly index: Resolved }
  | { readonly type: 'parent'; readonly of: SpanSource };

/** nil, a boolean, a number (durations are nanoseconds) or a string. */
export interface Literal extends Node {
  readonly type: 'literal';
  readonly value: undefined | boolean | number | bigint | string;
  /** The expression of the value, if `syntax` is a variable of a script. */
  readonly declared?: Expression;
}

/** `span.duration`. */
export interface Field extends Node {
  readonly type: 'field';
  readonly span: SpanSource;
  readonly field: FieldName;
}

/** `attribute.http.method`, `span.attributes["http.method"]`: nil when absent. */
export interface Attribute extends Node {
  readonly type: 'attribute';
  readonly span: SpanSource;
  readonly key: string;
}

/** `span.resource["service.version"]`: nil when absent. */
export interface ResourceAttribute extends Node {
  readonly type: 'resource-attribute';
  readonly span: SpanSource;
  readonly key: string;
}

/** `span.has(attribute.x)`: true when the attribute is not nil. */
export interface HasAttribute extends Node {
  readonly type: 'has-attribute';
  readonly span: SpanSource;
  readonly key: string;
}

/** A span used as a value (`trace.root and …`, `trace.root == nil`): true when it exists, else nil. */
export interface SpanValue extends Node {
  readonly type: 'span';
  readonly span: SpanSource;
}

/** A table of a span, as a value: counted by `#`, indexed by a key that is not constant. Needs the whole span. */
export interface SpanTable extends Node {
  readonly type: 'span-table';
  readonly span: SpanSource;
  readonly table: 'attributes' | 'resource' | 'events' | 'links' | 'scope';
}

/** `trace.id`, `trace.duration` (last end minus first start), `trace.span_count` (also `#trace.spans`). */
export interface TraceField extends Node {
  readonly type: 'trace-field';
  readonly field: 'id' | 'duration' | 'span_count';
}

/** `trace.services`: the distinct service names, in order of first appearance. */
export interface TraceServices extends Node {
  readonly type: 'trace-services';
}

/**
 * `trace.has(c)`, `trace.count(c)`, `trace.all(c)`: inside `condition`, `{ type: 'bound', depth }` is the span being tested. A span
 * on which the condition ends in an error does not satisfy it; evaluation continues. `all` of no spans is true.
 */
export interface TraceQuantifier extends Node {
  readonly type: 'trace-quantifier';
  readonly quantifier: Quantifier;
  readonly depth: number;
  readonly condition: Resolved;
  /** `span.children.has(c)`: the relatives of a span; absent: the spans of the trace. */
  readonly over?: Relatives;
}

/** The spans below or above a span, as far as the trace has them. */
export interface Relatives {
  readonly axis: SpanAxis;
  readonly of: SpanSource;
}

/** `trace.depth`: the number of spans on the longest path from a span up to its root; 0 for no spans. */
export interface TraceDepth extends Node {
  readonly type: 'trace-depth';
}

/**
 * `trace.before(a, b)` and the other relations of two different spans (span-relation.ts). The first argument's span is bound at `depth`, the second's
 * at `depth + 1`, so the second condition can refer to the first span by its name.
 */
export interface TracePair extends Node {
  readonly type: 'trace-pair';
  readonly relation: SpanRelation;
  readonly depth: number;
  readonly first: Resolved;
  readonly second: Resolved;
  /** `follows`, `preceded`: the maximal distance in nanoseconds. */
  readonly within?: Resolved;
  /** Nanoseconds by which clocks of different services may differ; absent: the trace's own setting. */
  readonly tolerance?: Resolved;
}

/**
 * `trace.sum(field, c)` and the other aggregates: the field is read of each span that satisfies the condition (of all without one). nil is ignored;
 * so is a span on which either fails.
 */
export interface TraceAggregate extends Node {
  readonly type: 'trace-aggregate';
  readonly aggregate: AggregateName;
  readonly depth: number;
  readonly field: Resolved;
  readonly condition?: Resolved;
  readonly over?: Relatives;
}

/** `a.before(b)`: the same order as `trace.before` for two spans. nil on either side is an error. */
export interface SpanOrderTest extends Node {
  readonly type: 'span-order';
  readonly first: SpanSource;
  readonly second: SpanSource;
  readonly tolerance?: Resolved;
}

/** `object[key]` of a value (arrays from 1, maps by string): nil when absent, an error on anything else. */
export interface IndexValue extends Node {
  readonly type: 'index';
  readonly object: Resolved;
  readonly key: Resolved;
}

/** A string test; `compiled` when the pattern is a literal. */
export interface StringTestNode extends Node {
  readonly type: 'string-test';
  readonly test: StringTestName;
  readonly subject: Resolved;
  readonly pattern: Resolved;
  /** `matches` with a literal pattern: compiled once. */
  readonly compiled?: Pattern;
}

/** A pure function of values (`tonumber(x)`, `x:lower()`, `math.max(a, b)`): see library.ts. */
export interface LibraryCall extends Node {
  readonly type: 'library-call';
  readonly function: LibraryFunctionName;
  readonly args: readonly Resolved[];
}

/** Written `x:lower()`, which is an error on anything but a string. */
export function isMethod({ syntax }: LibraryCall): boolean {
  return syntax.type === 'method-call';
}

export interface UnaryNode extends Node {
  readonly type: 'unary';
  readonly operator: 'not' | '-' | '#' | '~';
  readonly operand: Resolved;
}

export interface BinaryNode extends Node {
  readonly type: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Resolved;
  readonly right: Resolved;
}

/** Short-circuit; the value is one of the operands. The tree has no parentheses. */
export interface LogicalNode extends Node {
  readonly type: 'logical';
  readonly operator: 'and' | 'or';
  readonly left: Resolved;
  readonly right: Resolved;
  /** An operand that fails does not end the evaluation where the other one decides, in either order (`unordered.ts`). */
  readonly unordered?: true;
}
