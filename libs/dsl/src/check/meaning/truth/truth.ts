import type { DiagnosticExtras } from '../../../text/diagnostic.js';
import type { Range } from '../../../text/source.js';
import { formatExpression } from '../../../tree/format-expression.js';
import type {
  BinaryNode,
  LogicalNode,
  Resolved,
  StringTestNode,
  TraceAggregate,
  TracePair,
  TraceQuantifier,
  UnaryNode,
} from '../../../tree/resolved.js';
import { shortText } from '../../../tree/short-text.js';
import { RELATIONS, type SpanAxis, type SpanRelation } from '../../../tree/span-relation.js';
import { alwaysFalsy, alwaysTruthy, BOOLEAN, NIL, STRING } from '../../../values/types.js';
import { fieldValues } from '../../../vocabulary/vocabulary.js';
import type { Findings } from '../../scope/scope.js';
import { comparedCounts, type KnownComparison } from '../counts/count-limits.js';
import { isBelow, rootPart } from '../counts/one-root.js';
import { comparedWithLimits } from '../counts/value-limits.js';
import { areApart } from '../implied/apart.js';
import { mayExcludeAlone } from '../implied/constraints.js';
import { contradictionIn } from '../implied/contradiction.js';
import { flatOperands } from '../implied/flat-operands.js';
import { comparesReadings, isPlainComparison, type PlainComparison } from '../implied/plain-comparison.js';
import { rangeOver } from '../implied/range-over.js';
import { heldWithoutRelatives } from '../spans/held-without-relatives.js';
import { knownOfRoot } from '../spans/known-of-root.js';
import { heldByEveryText } from '../values/every-text.js';
import { missingDiffers } from '../values/missing-differs.js';
import { type ConditionRole, comparedDefault, type OperandRole, reportAlternatives, reportConstant, whole } from './constant-condition.js';
import { coveredAlternative } from './covered.js';
import { guardedAlternatives } from './guarded-alternatives.js';
import { numberAttribute, numberCondition } from './number-condition.js';
import { oneSided } from './one-sided.js';

/** A part of the rule whose result is the same on every trace. */
interface Constant {
  readonly value: boolean;
  readonly range: Range;
  /** The reason, unless it is obvious. */
  readonly reason?: string;
  /** Possibly intended: not an error of the whole rule. */
  readonly isMeant?: boolean;
  readonly extras?: DiagnosticExtras;
}

/**
 * Reports conditions that are always true or always false; only the innermost. It is a warning, or an error if the whole rule is constant; in scripts
 * always a warning. `part`: how a script uses it; in a value, only inner conditions are checked (`local a = trace.has("x")`).
 */
export function judgeTruth(root: Resolved, findings: Findings, part?: 'condition' | 'value'): void {
  const judge = new TruthJudge(findings, part !== undefined);
  if (part === 'value') judge.value(root);
  const value = part === 'value' ? undefined : judge.condition(root, whole);
  // A rule that always holds is reported as a whole; a guard for one part would match every span with the value.
  if (part !== 'value' && value === undefined) missingDiffers(root, findings);
  const cause = value === undefined ? undefined : judge.constants.findLast(({ isMeant }) => isMeant !== true);
  for (const constant of judge.constants) {
    if (part !== undefined) {
      // `while true do` is intended.
      const { value, range, reason, extras } = constant;
      if (reason !== undefined) findings.report('BT_DSL_CONTRADICTION', range, { value: String(value), reason }, extras);
      continue;
    }
    const isCause = constant === cause;
    const shown = constant.reason ?? `${formatExpression(root.syntax)} is always ${value}`;
    if (isCause)
      findings.report(value === true ? 'BT_DSL_MATCHES_ALL' : 'BT_DSL_NEVER', constant.range, { reason: shown }, constant.extras);
    else if (constant.reason === undefined)
      findings.report('BT_DSL_ALWAYS', constant.range, { value: String(constant.value) }, constant.extras);
    else
      findings.report('BT_DSL_CONTRADICTION', constant.range, { value: String(constant.value), reason: constant.reason }, constant.extras);
  }
}

class TruthJudge {
  readonly constants: Constant[] = [];
  /** The number of constants and errors so far: the nodes around one are not reported again. */
  private reports = 0;
  /** The number of enclosing functions over spans. */
  private depth = 0;

  constructor(
    private readonly findings: Findings,
    private readonly isInScript: boolean,
  ) {}

  /** Whether the condition is always true or always false; undefined if it depends on the trace. */
  condition(node: Resolved, place: ConditionRole): boolean | undefined {
    if (node.type === 'logical') return this.chain(node, place);
    if (node.type === 'literal') {
      if (reportConstant(node, place, this.findings)) return void this.reports++;
      const fix = comparedDefault(node, place, this.findings);
      if (fix !== undefined) {
        this.report({ value: node.value === true, range: node.syntax.range, extras: { suggestion: fix.text, fix } });
        return node.value === true;
      }
    }
    // An attribute as a guard.
    if (node.type === 'attribute' && !this.isInScript) return this.byTypes(node);
    if (isPlainComparison(node)) return this.plain(node);
    if (comparesReadings(node)) return this.byTypes(node) ?? this.byItself(node);
    const before = this.reports;
    const value = this.inside(node);
    if (this.reports > before) return value;
    numberCondition(node, place, this.findings, this.isInScript);
    oneSided(node, place, this.findings);
    return this.byTypes(node) ?? this.byValues(node);
  }

  /** The constant result of comparing one span's value with a constant, if known. */
  private plain(node: PlainComparison): boolean | undefined {
    const value = this.byTypes(node);
    if (value !== undefined || (node.left.type !== 'field' && (node.left.types & ~BOOLEAN) !== 0)) return value;
    return this.byRoot(node) ?? this.byItself(node);
  }

  /** Checks the conditions inside a value: `trace.count(c) > 3`. */
  value(node: Resolved): void {
    if (node.type === 'logical') {
      // `x and y` tests x; `x or y` is x where x is true.
      if (node.operator === 'and') this.condition(node.left, whole);
      else if (isKnownMissing(node.left)) {
        const state = node.left.types === NIL ? 'missing' : 'missing or false';
        const reason = `by a condition before it ${formatExpression(node.left.syntax)} is ${state}`;
        this.report({ value: false, range: node.left.syntax.range, reason });
      } else if (!reportConstant(node.left, whole, this.findings)) this.value(node.left);
      if (
        isLikeCompared(node) &&
        reportConstant(node.right, { kind: 'operand', chain: node, previous: node.left, of: whole }, this.findings)
      )
        return void this.reports++;
      this.value(node.right);
    } else this.inside(node);
  }

  private chain(node: LogicalNode, place: ConditionRole): boolean | undefined {
    const before = this.reports;
    const operands = flatOperands(node);
    const absorbing = node.operator === 'or';
    let allNeutral = true;
    let result: boolean | undefined;
    const operandPlace: OperandRole = { kind: 'operand', chain: node, previous: undefined, of: place };
    for (const operand of operands) {
      const value = this.condition(operand, operandPlace);
      // Comparing undefined with a boolean made V8 deoptimize this code for each rule.
      if (value === undefined) allNeutral = false;
      else if (absorbing ? value : !value) {
        result = absorbing;
        allNeutral = false;
      }
      operandPlace.previous = operand;
    }
    if (result === undefined && allNeutral) result = !absorbing;
    if (this.reports > before || result !== undefined) return result;
    if (areApart(operands, node.operator === 'and'))
      return guardedAlternatives(node, operands, this.findings) ? undefined : this.byTypes(node);
    if (coveredAlternative(node, operands, this.findings)) return undefined;
    const found = contradictionIn(operands, node.operator);
    if (found === undefined) {
      if (guardedAlternatives(node, operands, this.findings)) return undefined;
      return this.byTypes(node);
    }
    const { first, second, isOfMany } = found;
    const value = node.operator === 'or';
    const texts = [first, second].map(({ syntax }) => shortText(syntax));
    const joined = texts.join(isOfMany ? ', …, ' : ' and ');
    const reason = value ? `one of ${joined} always holds` : `${joined} exclude each other`;
    const range = { start: first.syntax.range.start, end: second.syntax.range.end };
    this.report({ value, range, reason, extras: otherOperator(node, operands, first, second, this.findings) });
    return value;
  }

  /** Checks the conditions that a node puts on other spans. */
  private inside(node: Resolved): boolean | undefined {
    switch (node.type) {
      case 'unary': {
        if (node.operator !== 'not') return void this.value(node.operand);
        const value = this.condition(node.operand, whole);
        if (value !== undefined) this.negated(node, value);
        return value === undefined ? undefined : !value;
      }
      case 'trace-quantifier':
      case 'trace-pair':
      case 'trace-aggregate':
        return this.truthOfFunction(node);
      case 'binary':
        if (reportAlternatives(node, this.findings)) return void this.reports++;
        this.value(node.left);
        return void this.value(node.right);
      case 'string-test':
        this.value(node.subject);
        return void this.value(node.pattern);
      case 'library-call':
        for (const argument of node.args) this.value(argument);
        return undefined;
      case 'index':
        this.value(node.object);
        return void this.value(node.key);
      default:
        return undefined;
    }
  }

  /** `not trace.count(c)`: a constant operand may be intended, but not a `not` that is never true. */
  private negated({ operand, syntax }: UnaryNode, value: boolean): void {
    const last = this.constants.at(-1);
    if (last?.isMeant !== true || last.reason !== undefined || operand.syntax.type === 'boolean' || this.isInScript) return;
    this.constants.pop();
    const reason = `${shortText(operand.syntax)} always counts as ${value} here`;
    this.constants.push({ value: !value, range: syntax.range, reason });
  }

  private truthOfFunction(node: TraceQuantifier | TracePair | TraceAggregate): boolean | undefined {
    this.depth++;
    const value =
      node.type === 'trace-pair' ? this.pair(node) : node.type === 'trace-quantifier' ? this.quantifier(node) : this.aggregate(node);
    this.depth--;
    return value;
  }

  private quantifier(node: TraceQuantifier): boolean | undefined {
    // `span.children.count(true)` counts all children; for the trace it is `trace.span_count`.
    if (isTrue(node.condition) && node.over !== undefined && node.quantifier !== 'all') return undefined;
    if (isTrue(node.condition) && node.quantifier === 'count') {
      const extras = { suggestion: 'trace.span_count', fix: { range: node.syntax.range, text: 'trace.span_count' } };
      return void this.report({ value: true, range: node.condition.syntax.range, isMeant: true, extras });
    }
    const value = this.condition(node.condition, { kind: 'condition' }) ?? this.rootBelow(node.condition, node.depth, node.over?.axis);
    // `all` with another value includes spans without one, which is intended.
    if (node.quantifier !== 'all') missingDiffers(node.condition, this.findings);
    const reason = value === undefined ? heldWithoutRelatives(node) : undefined;
    if (reason !== undefined) {
      this.report({ value: true, range: node.syntax.range, reason });
      return true;
    }
    if (value === undefined || node.quantifier === 'count') return undefined;
    // Without relatives, `all` is true for any condition.
    if (node.quantifier === 'all') return value === false && node.over !== undefined ? undefined : value;
    return value && node.over !== undefined ? undefined : value;
  }

  private pair(node: TracePair): boolean | undefined {
    const first = this.condition(node.first, { kind: 'condition' });
    const second = this.condition(node.second, { kind: 'condition' }) ?? this.rootBelow(node.second, node.depth + 1, node.relation);
    missingDiffers(node.first, this.findings);
    missingDiffers(node.second, this.findings);
    const { asks } = RELATIONS[node.relation];
    const isUniversal = asks !== 'some';
    if (first === false) return isUniversal;
    if (second !== false) return undefined;
    return asks === 'none' ? true : isUniversal ? undefined : false;
  }

  /** `span.children.has(span.is_root)` is always false. */
  private rootBelow(condition: Resolved, depth: number, axis: SpanAxis | SpanRelation | undefined): false | undefined {
    const part = isBelow(axis) ? rootPart(condition, depth) : undefined;
    if (part === undefined) return undefined;
    this.report({ value: false, range: part.syntax.range, reason: 'a span below another one has a parent, and is no root' });
    return false;
  }

  private aggregate(node: TraceAggregate): undefined {
    if (node.condition !== undefined && !isTrue(node.condition)) {
      if (this.condition(node.condition, { kind: 'condition' }) === undefined) this.rootBelow(node.condition, node.depth, node.over?.axis);
      numberAttribute(node.condition, this.findings);
      missingDiffers(node.condition, this.findings);
    }
    this.value(node.field);
    return undefined;
  }

  private byTypes(node: Resolved): boolean | undefined {
    const value = alwaysTruthy(node.types) ? true : alwaysFalsy(node.types) ? false : undefined;
    if (value === undefined) return undefined;
    this.report({ value, range: node.syntax.range, isMeant: this.mayBeMeant(node, value), extras: emptyText(node) });
    return value;
  }

  /** A literal `true`, or a value outside all functions over spans, which is true where it exists. */
  private mayBeMeant(node: Resolved, value: boolean): boolean {
    return node.syntax.type === 'boolean' || (this.depth === 0 && value && node.type !== 'binary');
  }

  private byValues(node: Resolved): boolean | undefined {
    const ofRoot = this.byRoot(node);
    if (ofRoot !== undefined) return ofRoot;
    if (node.type !== 'binary' && node.type !== 'string-test') return undefined;
    const known = node.type === 'binary' ? (comparedCounts(node) ?? comparedWithLimits(node)) : this.everyText(node);
    if (known !== undefined) {
      this.report({ ...known, range: node.syntax.range, extras: { suggestion: known.suggestion } });
      return known.isMeant === true ? undefined : known.value;
    }
    return this.byItself(node);
  }

  private byRoot(node: Resolved): boolean | undefined {
    const value = knownOfRoot(node);
    if (value === undefined) return undefined;
    const reason = value ? 'trace.root is a root, and has no parent' : 'a root has no parent';
    this.report({ value, range: node.syntax.range, reason });
    return value;
  }

  /** Only fields, counts and booleans have constraints of their own. */
  private byItself(node: BinaryNode | StringTestNode): boolean | undefined {
    if (!mayExcludeAlone(node)) return undefined;
    for (const operator of ['and', 'or'] as const) {
      if (contradictionIn([node], operator) === undefined) continue;
      const value = operator === 'or';
      this.report({ value, range: node.syntax.range, reason: `${shortText(node.syntax)} is always ${value}` });
      return value;
    }
    return undefined;
  }

  /** No error if the subject may not be a text: on other values the test fails, which may be the purpose. */
  private everyText(node: StringTestNode): KnownComparison | undefined {
    const texts = heldByEveryText(node);
    if (texts === undefined) return undefined;
    return {
      value: true,
      reason: `${shortText(node.syntax)} holds on ${texts}`,
      isMeant: node.subject.types !== STRING || texts !== 'every text',
    };
  }

  private report(constant: Constant): void {
    this.reports++;
    this.constants.push(constant);
  }
}

/** `local isFine = span.status == "ok" or "unset"`: the second text is meant as another value of the comparison, not of the variable. */
function isLikeCompared({ operator, left, right }: LogicalNode): boolean {
  if (operator !== 'or' || left.type !== 'binary' || left.types !== BOOLEAN || left.right.type !== 'literal') return false;
  return right.type === 'literal' && right.syntax.type === 'string' && left.right.syntax.type === 'string';
}

/** `not attribute.n and (attribute.n or 0) > 5` compares only the default. */
function isKnownMissing(node: Resolved): boolean {
  return (node.type === 'attribute' || node.type === 'resource-attribute') && alwaysFalsy(node.types);
}

function isTrue(node: Resolved): boolean {
  return node.type === 'literal' && node.value === true && node.syntax.type === 'boolean';
}

/** `span.parent_id == nil`: a missing field is the empty text. */
function emptyText(node: Resolved): DiagnosticExtras {
  if (node.type !== 'binary' || (node.operator !== '==' && node.operator !== '~=')) return {};
  const [field, nothing] = node.right.syntax.type === 'nil' ? [node.left, node.right] : [node.right, node.left];
  if (nothing.syntax.type !== 'nil' || field.type !== 'field' || field.types !== STRING) return {};
  // The first of the field's values stands for unset.
  const text = JSON.stringify(fieldValues(field.field)?.[0] ?? '');
  return { suggestion: text, fix: { range: nothing.syntax.range, text } };
}

/** `span.name == "a" and span.name == "b"` probably means `or`; two `!=` with `or` probably mean `and`. */
function otherOperator(
  chain: LogicalNode,
  operands: readonly Resolved[],
  first: Resolved,
  second: Resolved,
  findings: Findings,
): DiagnosticExtras {
  const comparison = chain.operator === 'and' ? '==' : '~=';
  const isMeant = [first, second].every((node) => node.type === 'binary' && node.operator === comparison);
  if (!isMeant || first === second || operands.indexOf(second) !== operands.indexOf(first) + 1) return {};
  const other = chain.operator === 'and' ? 'or' : 'and';
  const [left, right] = [first, second].map(({ syntax }) => findings.source.slice(syntax.range)) as [string, string];
  const text = `${left} ${other} ${right}`;
  const needsParentheses = other === 'or' && operands.length > 2;
  const range = rangeOver(findings.source, first.syntax.range, second.syntax.range);
  if (range === undefined) return { suggestion: other };
  return { suggestion: other, fix: { range, text: needsParentheses ? `(${text})` : text } };
}
