import type { Resolved, TraceQuantifier } from '../../../tree/resolved.js';
import { type JoinPlan, joinPlan, readsBound, type SortedJoin, type ValueJoin } from './join-plan.js';

/**
 * A further question of a condition about the tested span: whether there `has` some span, or none, in a relation to it and to outer ones. It is answered for
 * many tested spans at once: where no span can answer it for any of them (or one does for all), none is tested.
 */
export interface BoxQuestion {
  readonly node: TraceQuantifier;
  readonly isNegated: boolean;
  readonly plan: JoinPlan;
  /** The keys of the sought spans that are read of the tested span. */
  readonly isKeyed: boolean;
  /** Its joins with the tested span. */
  readonly joins: readonly SortedJoin[];
  /** Its joins with outer spans alone. */
  readonly given: readonly SortedJoin[];
}

const questions = new WeakMap<Resolved, BoxQuestion | 'none'>();

/** The question of a conjunct of the condition at `depth`; undefined if it cannot be answered for many spans at once. */
export function boxQuestion(conjunct: Resolved, depth: number): BoxQuestion | undefined {
  let question = questions.get(conjunct);
  if (question === undefined) questions.set(conjunct, (question = makeQuestion(conjunct, depth) ?? 'none'));
  return question === 'none' ? undefined : question;
}

function makeQuestion(conjunct: Resolved, depth: number): BoxQuestion | undefined {
  const isNegated = conjunct.type === 'unary' && conjunct.operator === 'not';
  const node = isNegated ? conjunct.operand : conjunct;
  if (node.type !== 'trace-quantifier' || node.quantifier !== 'has') return undefined;
  const { over } = node;
  if (over !== undefined && (over.axis !== 'descendants' || over.of.type !== 'bound' || over.of.depth !== depth)) return undefined;
  const plan = joinPlan(node.condition, node.depth);
  const ofTested = plan.keys.filter(({ outer }) => readsBound(outer, depth));
  const isKeyed = ofTested.length > 0;
  if (isKeyed && (over !== undefined || plan.keys.some(({ outer }) => !readsOnly(outer, depth)))) return undefined;
  const joins = plan.sorted.filter((join) => readsTested(join, depth));
  const given = plan.sorted.filter((join) => !joins.includes(join));
  // One span can answer for all only where nothing else depends on it.
  if (isNegated && (isKeyed || over !== undefined || plan.rest.length > 0)) return undefined;
  if (isNegated && !joins.every((join) => join.type === 'order' || timeOf(join, depth) !== undefined)) return undefined;
  return { node, isNegated, plan, isKeyed, joins, given };
}

function readsTested(join: SortedJoin, depth: number): boolean {
  return readsBound(join.conjunct, depth);
}

/** Reads only the span at `depth`: it has one value per tested span. */
function readsOnly(node: Resolved, depth: number): boolean {
  return (node.type === 'field' || node.type === 'attribute' || node.type === 'resource-attribute') && readsBound(node, depth);
}

/** The time of the tested span that a join compares, if the join reads nothing else of it. */
export function timeOf(join: ValueJoin, depth: number): { readonly node: Resolved; readonly field: 'start_time' | 'end_time' } | undefined {
  const reading: Resolved[] = [];
  const visit = (term: ValueJoin['left']): void => {
    if (term.type === 'outer' && readsBound(term.node, depth)) reading.push(term.node);
    if (term.type === 'negation') visit(term.operand);
    if (term.type === 'sum') {
      visit(term.left);
      visit(term.right);
    }
  };
  visit(join.left);
  visit(join.right);
  const [node, another] = reading;
  if (node?.type !== 'field' || another !== undefined || node.span.type !== 'bound') return undefined;
  return node.field === 'start_time' || node.field === 'end_time' ? { node, field: node.field } : undefined;
}
