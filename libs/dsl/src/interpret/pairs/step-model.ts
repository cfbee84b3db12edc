import { PAIR_STEPS, SPAN_STEPS, type SpanFunctionNode } from '../../trace/span-functions.js';
import { formatExpression } from '../../tree/format-expression.js';
import type { Relatives, Resolved, TraceAggregate, TracePair, TraceQuantifier } from '../../tree/resolved.js';
import { type PairOrder, RELATIONS } from '../../tree/span-relation.js';
import { operandsOf, partsOf, someNode } from '../../tree/walk.js';
import { isLocal, isSpanFunction } from '../local-test.js';
import { isSpanCondition } from '../required-reads.js';
import { BOX_VISITS } from './joined/box-rejection.js';
import { linkedSteps } from './links/linked-steps.js';
import { type Alternatives, alternativesOf } from './plan/alternatives.js';
import { type JoinPlan, joinPlan, readsOuter, type SortedJoin } from './plan/join-plan.js';
import { linkedQuestion, partsOfQuestion } from './plan/linked-question.js';
import { Steps } from './plan/steps.js';
import { type SoughtRelation, searchSteps } from './search-steps.js';

/** Steps of one walk through a text by a regular expression: for texts of this many characters. */
const TEXT_STEPS = 16;
/** Spans that are scanned before a tree is built, and the cost per span of building it. */
const BEFORE_TREES = 3;
const BUILDING_STEPS = 8;
/** Cost per span of a condition that is tested on boxes first (box-rejection.ts): half as many boxes, each of this many looks. */
const BOX_STEPS = BOX_VISITS / 16;

/**
 * The worst-case steps (docs/decisions/0013) of a rule on a trace of n spans, as a function of n. Every span is a candidate for every condition, all
 * joined values are equal, and the last candidate is the witness. The model follows the plans of indexed-span-functions.ts. A hash or a cached result costs a
 * constant per outer span. Sorted ranks cost the digits of n (search-steps.ts); tests of single spans cost n. A function within a function counts
 * once per span. Mostly one answer serves many spans (box-rejection.ts), but not on every trace.
 */
export class StepModel {
  /** The cost per trace. */
  private once = Steps.of(0);
  private readonly known = new Set<unknown>();
  /** Whether some spans are tested one by one without an equal value that joins them to the outer ones. */
  isOfWholeTrace = false;
  /** No remaining subject is a descendant of another one. */
  private areSubjectsApart = false;
  /** Order is computed without the causes of each span. */
  private areCausesKnown = false;

  /** @param hasLinks spans descend from spans with links: then trees do not decide order, nor answer for many spans at once */
  constructor(private readonly hasLinks: boolean) {}

  static of({ resolved, subject }: { readonly resolved: Resolved; readonly subject: 'span' | 'trace' }, hasLinks: boolean) {
    const model = new StepModel(hasLinks);
    const each = subject === 'span' ? model.ofSubject(resolved) : model.value(resolved);
    return { steps: (subject === 'span' ? each.perSpan() : each).plus(model.once), isOfWholeTrace: model.isOfWholeTrace };
  }

  /** One evaluation per span. After a conjunct by which no subject is below another, the descendants of all subjects are n. */
  private ofSubject(root: Resolved): Steps {
    const conjuncts = operandsOf(root, 'and');
    const steps = conjuncts.map((conjunct, place) => {
      this.areSubjectsApart ||= place > 0 && isTopmost(conjuncts[place - 1]!, conjuncts.slice(0, place - 1));
      return this.value(conjunct);
    });
    return Steps.sum([Steps.of(conjuncts.length - 1), ...steps]);
  }

  /** One evaluation. */
  private value(node: Resolved): Steps {
    if (isSpanFunction(node)) return this.function(node);
    const own = node.type === 'string-test' ? 1 + TEXT_STEPS : node.type === 'span-order' ? 3 : 1;
    if (node.type === 'span-order' && this.hasLinks) this.payCauses();
    return Steps.sum([Steps.of(own), ...partsOf(node).map((part) => this.value(part))]);
  }

  private function(node: SpanFunctionNode): Steps {
    if (readsOuter(node, node.depth)) return this.stepsOfFunction(node).plus(Steps.of(1));
    this.payOnce(node, () => this.stepsOfFunction(node));
    return Steps.of(1);
  }

  private stepsOfFunction(node: SpanFunctionNode): Steps {
    switch (node.type) {
      case 'trace-quantifier':
        return this.quantifier(node);
      case 'trace-aggregate':
        return this.aggregate(node);
      case 'trace-pair':
        return this.pair(node);
    }
  }

  private quantifier({ quantifier, condition, depth, over }: TraceQuantifier): Steps {
    if (quantifier === 'all' && over !== undefined) return this.walked(over, this.tested([condition]), depth);
    if (over?.axis === 'children') return this.walked(over, this.tested([condition]), depth);
    const plan = joinPlan(condition, depth);
    const linked = over === undefined ? this.linked(condition, depth, plan) : undefined;
    if (linked !== undefined) return linked;
    const found = this.found(condition, plan);
    if (over !== undefined) this.payWalks(condition);
    if (plan.tests.length === 0 && over === undefined) return found;
    const alternatives = quantifier === 'has' && over === undefined && plan.rest.length > 0 ? alternativesOf(condition, depth) : undefined;
    if (alternatives?.areCertain) return this.searchedWays(alternatives, plan, found);
    if (quantifier === 'all' && plan.rest.length > 0) return found.plus(this.each(plan, this.tested(plan.tests)));
    return found.plus(this.searched(plan, over?.axis));
  }

  /** By each alternative; the first span found is tested, and satisfies the condition. */
  private searchedWays({ ways }: Alternatives, whole: JoinPlan, found: Steps): Steps {
    return Steps.sum([
      found,
      this.tested(whole.tests),
      ...ways.flatMap(({ condition, plan }) => [this.found(condition, plan), this.searched(plan)]),
    ]);
  }

  private aggregate(node: TraceAggregate): Steps {
    const { condition, depth, field, over } = node;
    const taken = this.value(field).plus(Steps.of(SPAN_STEPS));
    if (isSummed(node) && !(this.hasLinks && condition !== undefined && isOrdered(joinPlan(condition, depth))))
      return this.summed(node, taken);
    if (over?.axis === 'children') {
      return this.walked(over, condition === undefined ? taken : taken.plus(this.tested([condition])), depth);
    }
    if (condition === undefined) return over === undefined ? this.eachOf(false, taken) : this.walked(over, taken, depth);
    if (over !== undefined) this.payWalks(condition);
    const plan = joinPlan(condition, depth);
    const found = this.found(condition, plan);
    if (over === undefined && plan.tests.length === 0 && plan.keys.length > 0 && !readsOuter(field, depth)) {
      this.payOnce(taken, () => taken.perSpan());
      return found;
    }
    const searched = plan.sorted.length === 0 && over === undefined ? Steps.of(0) : this.payingOnce(searchSteps(plan, over?.axis));
    return Steps.sum([
      found,
      searched,
      this.each(plan, taken.plus(this.tested(this.hasLinks && isOrdered(plan) ? plan.tests : plan.rest))),
    ]);
  }

  /** A tree of spans with sums answers (summed-spans.ts), once enough spans were visited. */
  private summed(node: TraceAggregate, taken: Steps): Steps {
    this.payOnce(node, () => Steps.sum([Steps.of(BUILDING_STEPS), ...Array(BEFORE_TREES + 1).fill(taken.plus(Steps.of(2)))]).perSpan());
    if (node.over !== undefined && node.condition !== undefined) this.payWalks(node.condition);
    const plan = node.condition && joinPlan(node.condition, node.depth);
    const search = this.payingOnce(searchSteps(plan ?? { sorted: [] }, node.over === undefined ? undefined : 'descendants'));
    const asking = Steps.sum([search, ...(plan?.sorted ?? []).map(({ conjunct }) => this.value(conjunct))]);
    return plan === undefined ? asking : this.found(node.condition!, plan).plus(asking);
  }

  private pair(node: TracePair): Steps {
    const given = Steps.sum([node.within, node.tolerance].filter((part) => part !== undefined).map((part) => this.value(part)));
    const first = joinPlan(node.first, node.depth);
    const firsts = this.found(node.first, first).plus(first.tests.length === 0 ? Steps.of(0) : this.searched(first));
    return given.plus(firsts).plus(this.eachOf(first.keys.length > 0, this.related(node)));
  }

  /** The cost of the second condition of a pair for one span that satisfies the first. */
  private related(node: TracePair): Steps {
    const { relation, second, depth } = node;
    const { secondIs } = RELATIONS[relation];
    if (secondIs === 'child') return this.tested([second]);
    const plan = joinPlan(second, depth + 1);
    const linked = secondIs === 'descendant' ? undefined : this.linked(second, depth + 1, plan, depth);
    if (linked !== undefined) return linked;
    const found = this.found(second, plan);
    if (secondIs === 'descendant') {
      if (!readsOuter(second, depth + 1)) return found.plus(Steps.of(1));
      this.payWalks(second);
      return found.plus(this.searched(plan, 'descendants'));
    }
    const order: PairOrder = secondIs;
    this.payOnce(node, () => Steps.of(BEFORE_TREES * (PAIR_STEPS + 1)).perSpan());
    if (!this.hasLinks) return found.plus(this.searched(plan, node.within === undefined ? order : `${order} within`));
    this.payCauses();
    return found.plus(this.each(plan, this.tested(plan.tests).plus(Steps.of(PAIR_STEPS))));
  }

  /** With links: for all spans of the trace at once (linked-spans.ts). Undefined where pairs are examined. */
  private linked(condition: Resolved, depth: number, plan: JoinPlan, related?: number): Steps | undefined {
    if (!this.hasLinks || linkedQuestion(condition, depth, plan, related) === undefined) return undefined;
    const asking = plan.sorted.map(({ conjunct }) => conjunct);
    this.areCausesKnown = true;
    const outer = Steps.sum(asking.map((conjunct) => this.value(conjunct)));
    const pair = this.tested(plan.tests).plus(Steps.of(PAIR_STEPS));
    this.areCausesKnown = false;
    this.payOnce(plan, () => Steps.sum([outer, outer, linkedSteps(partsOfQuestion(plan, related !== undefined), pair)]).perSpan());
    if (plan.keys.length === 0) this.isOfWholeTrace = true;
    // Conditions without an order of values are evaluated for each pair.
    if (plan.sorted.some(mayNotSort)) return undefined;
    return this.found(condition, { ...plan, tests: [] }).plus(Steps.of(1));
  }

  /** The candidates of a plan: conditions without outer spans are tested once; equal values are looked up. */
  private found(condition: Resolved, plan: JoinPlan): Steps {
    this.payOnce(condition, () => {
      const perSpan = [
        this.tested([...plan.local, ...plan.own]),
        ...plan.keys.map(({ inner }) => this.value(inner)),
        Steps.of(BUILDING_STEPS),
      ];
      // Before there is a tree, spans are scanned.
      const rest = plan.tests.length === 0 ? [] : Array.from({ length: BEFORE_TREES }, () => this.tested(plan.tests));
      return Steps.sum([...perSpan, ...rest]).perSpan();
    });
    return Steps.sum(plan.keys.map(({ outer }) => this.value(outer)));
  }

  /** Searches a tree for the spans that satisfy the plan's tests. It separates descendants of links, if the search is for order or ancestry. */
  private searched(plan: JoinPlan, relation?: SoughtRelation): Steps {
    const search = this.payingOnce(searchSteps(plan, relation));
    const asking = Steps.sum([search, ...plan.sorted.map(({ conjunct }) => this.value(conjunct))]);
    const isApart =
      this.hasLinks && (isOrdered(plan) || (relation !== undefined && relation !== 'descendants' && relation !== 'ancestors'));
    const left = isApart ? plan.tests : [...plan.rest, ...plan.sorted.filter(mayNotSort).map(({ conjunct }) => conjunct)];
    if (left.length === 0) return asking;
    const perSpan = left.some((conjunct) => someNode(conjunct, isSpanFunction)) ? Steps.of(BOX_STEPS) : Steps.of(1);
    return asking.plus(this.each(plan, this.tested(left).plus(perSpan)));
  }

  private payingOnce({ each, once }: { readonly each: Steps; readonly once: Steps }): Steps {
    this.once = this.once.plus(once);
    return each;
  }

  /** Relatives are visited one by one until about twice as many were visited as there are spans. */
  private payWalks(condition: Resolved): void {
    this.payOnce(`walks ${formatExpression(condition.syntax)}`, () => {
      const perSpan = this.tested([condition]).plus(Steps.of(1)).perSpan();
      return Steps.sum(Array(BEFORE_TREES).fill(perSpan));
    });
  }

  /** Descendants or ancestors, visited one by one. Each child has one parent, so all children together are n. */
  private walked({ axis, of }: Relatives, perSpan: Steps, depth: number): Steps {
    // For each searched span once.
    const isInTurn = depth > 1 ? of.type === 'bound' && of.depth === depth - 1 : of.type === 'subject';
    const isOnce = isInTurn && (axis === 'children' || (axis === 'descendants' && of.type === 'subject' && this.areSubjectsApart));
    return isOnce ? perSpan.plus(Steps.of(1)) : this.eachOf(false, perSpan.plus(Steps.of(1)));
  }

  private each(plan: JoinPlan, perSpan: Steps): Steps {
    return this.eachOf(plan.keys.length > 0, perSpan);
  }

  private eachOf(isOfOneValue: boolean, perSpan: Steps): Steps {
    if (!isOfOneValue) this.isOfWholeTrace = true;
    return perSpan.perSpan();
  }

  private tested(conjuncts: readonly Resolved[]): Steps {
    return Steps.sum(conjuncts.map((conjunct) => this.value(conjunct).plus(Steps.of(SPAN_STEPS))));
  }

  /** The causes of each span: in a ring of links, all others. Each has a link. */
  private payCauses(): void {
    if (this.areCausesKnown) return;
    this.isOfWholeTrace = true;
    this.payOnce('causes', () => new Steps((spans) => 2 * spans ** 2));
  }

  private payOnce(item: unknown, steps: () => Steps): void {
    if (this.known.has(item)) return;
    this.known.add(item);
    const added = steps();
    this.once = this.once.plus(added);
  }
}

/** `not span.ancestors.has(c)`, where the subject satisfies c: then it is below no other such span. */
function isTopmost(conjunct: Resolved, before: readonly Resolved[]): boolean {
  if (conjunct.type !== 'unary' || conjunct.operator !== 'not') return false;
  const { operand } = conjunct;
  if (operand.type !== 'trace-quantifier' || operand.quantifier !== 'has') return false;
  const { over, condition, depth } = operand;
  if (over?.axis !== 'ancestors' || over.of.type !== 'subject' || !isLocal(condition, depth)) return false;
  // `span` is the subject there, and the ancestor here.
  const text = formatExpression(condition.syntax);
  return before.some((one) => isSpanCondition(one) && formatExpression(one.syntax) === text);
}

/** Sums of attributes may not be monotone: then each span is tested. */
function mayNotSort(join: SortedJoin): boolean {
  return (
    join.type === 'value' &&
    !join.isDirect &&
    someNode(join.conjunct, (part) => part.type === 'attribute' || part.type === 'resource-attribute')
  );
}

function isOrdered({ sorted }: Pick<JoinPlan, 'sorted'>): boolean {
  return sorted.some(({ type }) => type === 'order');
}

/** Sums of certain integers only: the numbers of attributes may be others. */
function isSummed({ aggregate, condition, depth, field, over }: TraceAggregate): boolean {
  if ((aggregate !== 'sum' && aggregate !== 'avg') || field.type !== 'field' || readsOuter(field, depth)) return false;
  const plan = condition && joinPlan(condition, depth);
  if (over !== undefined) return over.axis === 'descendants' && (plan === undefined || plan.rest.length === 0);
  return plan !== undefined && plan.rest.length === 0 && plan.tests.length > 0;
}
