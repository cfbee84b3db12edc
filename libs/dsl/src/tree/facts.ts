import type { Expression } from '../text/syntax.js';
import { luaType } from '../values/lua/lua-value.js';
import { ANY, BOOLEAN, FALSE, FALSY, NIL, NUMBER, STRING, TABLE, TRUE, TRUTHY, type TypeSet } from '../values/types.js';
import type { Value } from '../values/value.js';
import type { Relatives, Resolved, SpanSource } from './resolved.js';
import { writtenText } from './written-text.js';

/** Expressions known to be not nil, or to be satisfied, by their text. */
type Present = Expression | { readonly over: Relatives | undefined; readonly satisfied: Expression };

/** The possible types of a value of a span. */
interface Known {
  readonly span: SpanSource;
  readonly kind: 'attribute' | 'resource-attribute';
  readonly key: string;
  readonly types: TypeSet;
}

const NO_TYPES: readonly Known[] = [];
const NOTHING: readonly Present[] = [];

/**
 * What guards prove: right of `attribute.x and …` x is not nil, right of `attribute.n > 5 and …` n is a number, right of `span.parent and …` there is a
 * parent. This is sound because conditions have no side effects: a second read gives the same value.
 */
export class Facts {
  static readonly none = new Facts(undefined, NO_TYPES, NOTHING);

  /** Outer facts are not copied: a chain of 800 guards would copy 320,000 of them. */
  private constructor(
    private readonly outer: Facts | undefined,
    private readonly known: readonly Known[],
    private readonly present: readonly Present[],
    /** Outer facts may be about another span here. */
    private readonly isElsewhere = false,
  ) {}

  /** The types that the attribute can have. */
  typesOf(span: SpanSource, kind: Known['kind'], key: string): TypeSet {
    let types = ANY;
    for (let facts: Facts | undefined = this; facts !== undefined; facts = facts.outer) {
      for (const known of facts.known) if (known.key === key && known.kind === kind && isSame(known.span, span)) types &= known.types;
    }
    return types;
  }

  /** Whether an expression other than an attribute is known to be not nil, by its text. */
  isPresent(written: Expression): boolean {
    return this.hasPresent((fact) => !('satisfied' in fact) && isWrittenAlike(fact, written));
  }

  /** Whether some span of the trace, or some relative, is known to satisfy a condition, by its text. */
  isSatisfied(over: Relatives | undefined, condition: Expression): boolean {
    return this.hasPresent(
      (fact) => 'satisfied' in fact && axisKey(fact.over) === axisKey(over) && isWrittenAlike(fact.satisfied, condition),
    );
  }

  /** These facts and what `condition` being true (or false) proves. */
  given(condition: Resolved, outcome: boolean): Facts {
    const learned: Learned = { known: undefined, present: undefined };
    learn(condition, outcome, learned);
    const { known, present } = learned;
    if (known === undefined && present === undefined) return this;
    return new Facts(this, known ?? NO_TYPES, present ?? NOTHING);
  }

  /** For a scope where `span` means another span: the same text may mean something else there. */
  elsewhere(): Facts {
    if (this === Facts.none) return this;
    return new Facts(this, NO_TYPES, NOTHING, true);
  }

  private hasPresent(isIt: (fact: Present) => boolean): boolean {
    for (let facts: Facts | undefined = this; facts !== undefined; facts = facts.isElsewhere ? undefined : facts.outer)
      if (facts.present.some(isIt)) return true;
    return false;
  }
}

interface Learned {
  known: Known[] | undefined;
  present: Present[] | undefined;
}

function axisKey(over: Relatives | undefined): string {
  return over === undefined ? 'trace' : `${over.axis} of ${sourceKey(over.of) ?? '?'}`;
}

/** Equal up to spelling. Nearly all are paths, which are compared without making a text. */
function isWrittenAlike(a: Expression, b: Expression): boolean {
  if (a.type === 'name' && b.type === 'name') return a.name === b.name;
  if (a.type === 'member' && b.type === 'member') return a.name === b.name && isWrittenAlike(a.object, b.object);
  return writtenText(a) === writtenText(b);
}

/** A name for a value of a span; undefined when it may differ between two readings. */
export function factKey(span: SpanSource, kind: 'attribute' | 'resource-attribute' | 'field', key: string): string | undefined {
  const source = sourceKey(span);
  return source === undefined ? undefined : `${source} ${kind} ${key}`;
}

/** The node means the same span wherever it is read. */
function isNamed(span: SpanSource): boolean {
  return span.type === 'parent' ? isNamed(span.of) : span.type !== 'nth';
}

function isSame(a: SpanSource, b: SpanSource): boolean {
  if (a.type === 'bound') return b.type === 'bound' && a.depth === b.depth;
  if (a.type === 'parent') return b.type === 'parent' && isSame(a.of, b.of);
  return a.type === b.type && a.type !== 'nth';
}

function sourceKey(span: SpanSource): string | undefined {
  if (span.type === 'nth') return undefined;
  if (span.type === 'bound') return `bound${span.depth}`;
  if (span.type !== 'parent') return span.type;
  const below = sourceKey(span.of);
  return below === undefined ? undefined : `${below} parent`;
}

function learn(node: Resolved, outcome: boolean, learned: Learned): void {
  switch (node.type) {
    case 'attribute':
    case 'resource-attribute':
    case 'span':
    case 'trace-aggregate':
    case 'library-call':
    case 'index':
      return restrict(node, outcome ? TRUTHY : FALSY, learned);
    case 'trace-quantifier':
      if (outcome && node.quantifier === 'has') addPresent({ over: node.over, satisfied: node.condition.syntax }, learned);
      return;
    case 'has-attribute':
      return add(node.span, 'attribute', node.key, outcome ? ANY & ~NIL : NIL, learned);
    case 'unary':
      if (node.operator === 'not') learn(node.operand, !outcome, learned);
      return;
    case 'logical':
      if (outcome && node.operator === 'or') restrict(node, TRUTHY, learned);
      // `a and b` true: both are; `a or b` false: both are. Otherwise it is unknown which.
      if (outcome === (node.operator === 'and')) {
        learn(node.left, outcome, learned);
        learn(node.right, outcome, learned);
      }
      return;
    case 'string-test':
      return restrict(node.subject, STRING, learned);
    case 'binary':
      return learnBinary(node, outcome, learned);
  }
}

function learnBinary(node: Extract<Resolved, { type: 'binary' }>, outcome: boolean, learned: Learned): void {
  switch (node.operator) {
    case '==':
    case '~=': {
      const equal = outcome === (node.operator === '==');
      learnEqual(node.left, node.right, equal, learned);
      learnEqual(node.right, node.left, equal, learned);
      return;
    }
    case '<':
    case '<=':
    case '>':
    case '>=':
      // It did not fail, so both are numbers or both are strings.
      restrict(node.left, node.right.types & (NUMBER | STRING), learned);
      restrict(node.right, node.left.types & (NUMBER | STRING), learned);
  }
}

function learnEqual(node: Resolved, other: Resolved, equal: boolean, learned: Learned): void {
  if (equal) restrict(node, other.types, learned);
  else if (other.type === 'literal' && other.value === undefined) restrict(node, ANY & ~NIL, learned);
  else if (other.type === 'literal' && typeof other.value === 'boolean') restrict(node, ANY & ~(other.value ? TRUE : FALSE), learned);
  // type(x) == "number"
  if (equal && node.type === 'library-call' && node.function === 'type' && other.type === 'literal') {
    const [argument] = node.args;
    if (argument !== undefined) restrict(argument, TYPES_BY_NAME[String(other.value)] ?? ANY, learned);
  }
}

const TYPES_BY_NAME: Readonly<Record<string, TypeSet>> = { nil: NIL, boolean: BOOLEAN, number: NUMBER, string: STRING, table: TABLE };

function restrict(node: Resolved, types: TypeSet, learned: Learned): void {
  if (node.type === 'attribute' || node.type === 'resource-attribute') add(node.span, node.type, node.key, types, learned);
  else if (node.type !== 'literal' && (types & NIL) === 0 && (node.types & NIL) !== 0) addPresent(node.syntax, learned);
}

function add(span: SpanSource, kind: Known['kind'], key: string, types: TypeSet, learned: Learned): void {
  if (types === ANY || !isNamed(span)) return;
  learned.known ??= [];
  learned.known.push({ span, kind, key, types });
}

function addPresent(fact: Present, learned: Learned): void {
  learned.present ??= [];
  learned.present.push(fact);
}

/** The type of a constant. */
export function typeOfValue(value: Value): TypeSet {
  if (typeof value === 'boolean') return value ? TRUE : FALSE;
  return TYPES_BY_NAME[luaType(value)] ?? ANY;
}
