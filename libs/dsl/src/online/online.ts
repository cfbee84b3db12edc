import { type Atom, FAILED, FALSE, type OnlineTrace, type Outcome, TRUE, type Truth, UNKNOWN } from '../contract/compiled-rule-set.js';
import type { ConditionTable } from '../contract/condition-table.js';
import { negation } from '../interpret/candidate.js';
import { isSpanCondition, isTotal, skeletonLeaves } from '../interpret/required-reads.js';
import type { LogicalNode, Resolved, TraceQuantifier } from '../tree/resolved.js';
import { someNode } from '../tree/walk.js';
import { monotoneComparison } from './monotone.js';
import { type TotalsOf, totalTruth } from './totals.js';

/**
 * A rule over bits and counters, as two functions of the trace's state.
 *
 * A trace's state only grows: a `has` goes from false to true, an `all` from true to false; counts, the number of spans and the duration only increase.
 * `decide` is Kleene's logic over that: a part that can still change is UNKNOWN. It returns TRUE or FALSE only if `conclude` returns the same on this state
 * and every later one. So a part that Lua evaluates first and that may still fail keeps it UNKNOWN.
 */
export interface Online {
  readonly decide: (trace: OnlineTrace, spanBits: number) => Truth;
  readonly conclude: (trace: OnlineTrace, spanBits: number) => Outcome;
  readonly atoms: readonly number[];
  readonly spanConditions: readonly number[];
  readonly spanOpposites: readonly number[];
  readonly readsTotals: boolean;
}

/** Kleene's truth and failure in one number, as the engine's Truth and Outcome. */
type Answer = typeof FALSE | typeof TRUE | typeof UNKNOWN | typeof FAILED;
type Ask = (trace: OnlineTrace, spanBits: number) => Answer;

interface Part {
  readonly decide: Ask;
  readonly conclude: Ask;
  /** `conclude` can be FAILED. */
  readonly mayFail: boolean;
}

/** Bits that the engine keeps per pending span. */
const MAXIMUM_SPAN_CONDITIONS = 32;

/** Undefined: bits and counters cannot decide the rule, or it reads more of its span than 32 bits hold. */
export function compileOnline(
  root: Resolved,
  subject: 'span' | 'trace',
  table: ConditionTable,
  canFail: (node: Resolved) => boolean,
): Online | undefined {
  const isLeaf = (leaf: Resolved): boolean => isTotal(leaf) || (subject === 'span' && isSpanCondition(leaf));
  if (!skeletonLeaves(root).every(isLeaf)) return undefined;
  const compiler = new OnlineCompiler(table, canFail);
  if (compiler.countSpanBits(root) > MAXIMUM_SPAN_CONDITIONS) return undefined;
  const { decide, conclude } = compiler.part(root);
  return {
    decide: (trace, spanBits) => {
      const answer = decide(trace, spanBits);
      return answer === FAILED ? UNKNOWN : answer;
    },
    conclude: (trace, spanBits) => conclude(trace, spanBits) as Outcome,
    atoms: [...compiler.atoms],
    spanConditions: compiler.spanConditions,
    spanOpposites: compiler.spanConditions.map((_condition, bit) => compiler.opposites.get(bit) ?? -1),
    readsTotals: someNode(root, (node) => node.type === 'trace-field' && node.field !== 'id'),
  };
}

class OnlineCompiler implements TotalsOf {
  readonly atoms = new Set<number>();
  readonly spanConditions: number[] = [];
  /** By bit: the bit of its negation. */
  readonly opposites = new Map<number, number>();

  constructor(
    private readonly table: ConditionTable,
    private readonly canFail: (node: Resolved) => boolean,
  ) {}

  atomOf(node: TraceQuantifier): Atom {
    const atom = this.table.atom(node.quantifier, node.condition);
    this.atoms.add(atom.index);
    return atom;
  }

  /** Maximum of bits of the span that are kept. */
  countSpanBits(node: Resolved): number {
    if (isTotal(node)) return 0;
    if (isSpanCondition(node)) return this.canFail(node) ? 2 : 1;
    if (node.type === 'logical') return this.countSpanBits(node.left) + this.countSpanBits(node.right);
    return node.type === 'unary' ? this.countSpanBits(node.operand) : 0;
  }

  part(node: Resolved): Part {
    if (node.type === 'logical' && !isSpanCondition(node)) return this.logical(node);
    if (node.type === 'unary' && node.operator === 'not' && !isSpanCondition(node)) return negated(this.part(node.operand));
    return isTotal(node) ? this.total(node) : this.spanPart(node);
  }

  private logical(node: LogicalNode): Part {
    const left = this.part(node.left);
    const right = this.part(node.right);
    // A false operand decides `and`, a true one `or`.
    const settling = node.operator === 'and' ? FALSE : TRUE;
    const combine =
      (a: Ask, b: Ask): Ask =>
      (trace, spanBits) => {
        const first = a(trace, spanBits);
        if (first === settling || (first === FAILED && node.unordered !== true)) return first;
        const second = b(trace, spanBits);
        if (first === FAILED) return second === settling ? settling : FAILED;
        if (first !== UNKNOWN) return second;
        return second === settling && !left.mayFail ? settling : UNKNOWN;
      };
    return {
      decide: combine(left.decide, right.decide),
      conclude: combine(left.conclude, right.conclude),
      mayFail: left.mayFail || right.mayFail,
    };
  }

  private total(node: Resolved): Part {
    if (node.type === 'trace-quantifier' && node.quantifier !== 'count') {
      const { slot } = this.atomOf(node);
      const [seen, unseen] = node.quantifier === 'has' ? ([TRUE, FALSE] as const) : ([FALSE, TRUE] as const);
      return {
        decide: (trace) => (trace.has(slot) ? seen : UNKNOWN),
        conclude: (trace) => (trace.has(slot) ? seen : unseen),
        mayFail: false,
      };
    }
    const growing = monotoneComparison(node, this);
    if (growing !== undefined) return { ...growing, mayFail: false };
    const conclude = totalTruth(node, this);
    const settled = !someNode(node, (part) => part.type === 'trace-quantifier' || (part.type === 'trace-field' && part.field !== 'id'));
    return { decide: settled ? conclude : () => UNKNOWN, conclude, mayFail: node.type !== 'literal' };
  }

  /** The span's part is known from the start: one bit, and another that separates "does not hold" from "failed". */
  private spanPart(node: Resolved): Part {
    const holds = this.spanBit(node);
    if (!this.canFail(node)) {
      const ask: Ask = (_trace, spanBits) => ((spanBits >>> holds) & 1 ? TRUE : FALSE);
      return { decide: ask, conclude: ask, mayFail: false };
    }
    const holdsNot = this.spanBit(negation(node));
    this.opposites.set(holds, holdsNot).set(holdsNot, holds);
    const ask: Ask = (_trace, spanBits) => ((spanBits >>> holds) & 1 ? TRUE : (spanBits >>> holdsNot) & 1 ? FALSE : FAILED);
    return { decide: ask, conclude: ask, mayFail: true };
  }

  private spanBit(node: Resolved): number {
    const condition = this.table.condition(node);
    const existing = this.spanConditions.indexOf(condition);
    return existing >= 0 ? existing : this.spanConditions.push(condition) - 1;
  }
}

function negated({ decide, conclude, mayFail }: Part): Part {
  return { decide: invert(decide), conclude: invert(conclude), mayFail };
}

function invert(ask: Ask): Ask {
  return (trace, spanBits) => {
    const answer = ask(trace, spanBits);
    return answer === TRUE ? FALSE : answer === FALSE ? TRUE : answer;
  };
}
