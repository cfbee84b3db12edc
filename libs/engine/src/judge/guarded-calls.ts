import type { RuleIndex } from '#dsl';
import {
  clipped,
  type EvaluationResult,
  type Evidence,
  type Explanation,
  FAILED,
  type HeldConditions,
  isTypeFailure,
  PatternExceeded,
  TRUE,
  type TraceView,
  type Truth,
  UNKNOWN,
} from '#dsl';
import type { Epoch } from '../rules/epoch.js';
import { exceeded, type Undecided } from '../verdict/undecided.js';
import type { Doubt } from './doubts.js';
import type { NamedSpan } from './kept-spans.js';
import type { OnlineEvidence } from './online-evidence.js';
import type { OnlineTraceView } from './online-trace-view.js';
import type { ValueErrors } from './value-errors.js';
import type { UnknownBits } from './worlds.js';
import { type OpenBits, possible, type UnknownKind } from './worlds.js';

/**
 * The boundary between the engine and the rules' code. A rule's error is counted for that rule and reaches no other. The compiler bounds steps, since generated
 * code has no loops of its own. The sandbox's instruction budget bounds scripts and ends in such an error.
 */
export function decide(epoch: Epoch, rule: RuleIndex, trace: OnlineTraceView, spanBits: number): Truth {
  const compiled = epoch.rules.compiled.rules[rule]!;
  if (compiled.decide === undefined) return UNKNOWN;
  const { timing } = epoch;
  const from = timing === 0 ? 0 : epoch.clock!.now();
  try {
    return compiled.decide(trace, spanBits);
  } catch {
    // A condition that fails here fails at the close too, and is counted there.
    return UNKNOWN;
  } finally {
    if (timing !== 0) chargeTime(epoch, rule, timing, from);
  }
}

/** The result of a rule for a trace, or for a group of equal spans: match, no match, or the reason why it is unknown. */
export type Conclusion = boolean | Undecided;

/** Whether an online rule matches the trace as it is. An error of the rule is no match, and is reported to `errors`. */
export function conclude(
  epoch: Epoch,
  rule: RuleIndex,
  trace: OnlineTraceView,
  spanBits: number,
  evidence: OnlineEvidence,
  errors: ValueErrors | undefined,
): Conclusion {
  const { timing } = epoch;
  const from = timing === 0 ? 0 : epoch.clock!.now();
  try {
    const outcome = epoch.rules.compiled.rules[rule]!.conclude!(trace, spanBits);
    if (outcome === FAILED) {
      const explanation = explain(epoch, rule, evidence.of(epoch, trace.row, rule, { bits: spanBits, inDoubt: 0 }));
      const message = errorIn(explanation);
      chargeError(epoch, rule, message);
      if (errors !== undefined && isTypeFailure(message)) {
        const span = (): NamedSpan | undefined => evidence.spanFor(epoch, trace.row, rule);
        errors.found(epoch, rule, () => ({ failure: { message: clipped(message) }, span: span(), conditions: explanation.conditions }));
      }
    }
    return outcome === TRUE;
  } catch (error) {
    chargeError(epoch, rule, textOf(error));
    return internal(error);
  } finally {
    if (timing !== 0) chargeTime(epoch, rule, timing, from);
  }
}

/**
 * The verdict of an online rule with unknown conditions, if it is the same for all of their values; otherwise undecided. Values of a wrong type are no match;
 * where they matter, they are reported to `errors`.
 */
export function concludeInDoubt(
  epoch: Epoch,
  rule: RuleIndex,
  trace: OnlineTraceView,
  span: UnknownBits,
  doubts: ReadonlyMap<number, Doubt> | undefined,
  errors: ValueErrors,
): Conclusion {
  const { compiled } = epoch.rules;
  const may = (open: OpenBits, kinds: readonly UnknownKind[]): 'never' | 'always' | 'sometimes' =>
    possible(compiled, compiled.rules[rule]!, trace, open, doubts, kinds);
  try {
    const known = may({ bits: span.bits, open: span.inDoubt }, ['inDoubt']);
    if (known !== 'never') return known === 'always' || EXCEEDED;
    const isStrict = epoch.rules.plan.strict?.rules.has(rule) === true;
    if (isStrict && may({ bits: span.bits, open: span.inDoubt | span.mistyped }, ['inDoubt', 'mistyped']) !== 'never') errors.confirm(rule);
    return false;
  } catch (error) {
    chargeError(epoch, rule, textOf(error));
    return internal(error);
  }
}

const EXCEEDED = exceeded(new PatternExceeded().message);

/** The result of a buffered rule on a trace. */
export interface BufferedResult {
  /** The matching subjects: -1 for the trace, else places in `trace.spans`. */
  readonly matches: readonly number[];
  /** Why further subjects may match. */
  readonly undecided?: Undecided;
  /** The first span in doubt, if any (`EvaluationResult.inDoubt`). */
  readonly inDoubt?: number;
  /** The rule's result depends on values of a wrong type (`EvaluationResult.mistyped`). */
  readonly mistyped?: EvaluationResult['mistyped'];
}

const NO_MATCH: BufferedResult = { matches: [] };

/** The verdict of a buffered rule; its errors are counted. */
export function judge(epoch: Epoch, rule: RuleIndex, trace: TraceView, held: HeldConditions): BufferedResult {
  const timing = epoch.clock?.judgements.next() ?? 0;
  const from = timing === 0 ? 0 : epoch.clock!.now();
  try {
    const isStrict = epoch.rules.plan.strict?.rules.has(rule) === true;
    const { matches, errors, mistyped, inDoubt }: EvaluationResult = epoch.rules.compiled.rules[rule]!.judge!(trace, held, isStrict);
    // The usual case; for a script on a few spans the rest takes a tenth of its time.
    if (matches.length === 0 && errors.length === 0 && mistyped === undefined) return NO_MATCH;
    for (const { message } of errors) {
      chargeError(epoch, rule, message);
      if (isTypeFailure(message)) epoch.accounts[rule]!.countTypeFailure({ message: clipped(message) });
    }
    const limit = errors.find((error) => error.exceeded === true);
    if (limit !== undefined) return { matches, undecided: exceeded(clipped(limit.message)), ...(inDoubt === undefined ? {} : { inDoubt }) };
    return mistyped === undefined ? { matches } : { matches, mistyped };
  } catch (error) {
    chargeError(epoch, rule, textOf(error));
    return { matches: [], undecided: internal(error) };
  } finally {
    if (timing !== 0) chargeTime(epoch, rule, timing, from);
  }
}

export function explain(epoch: Epoch, rule: RuleIndex, evidence: Evidence): Explanation {
  try {
    return epoch.rules.compiled.rules[rule]!.explain(evidence);
  } catch (error) {
    return { summary: `it could not be explained: ${textOf(error)}`, conditions: [] };
  }
}

/** @param weight how many evaluations the timed one represents */
function chargeTime(epoch: Epoch, rule: RuleIndex, weight: number, from: number): void {
  epoch.accounts[rule]!.addTime((epoch.clock!.now() - from) * weight);
}

function chargeError(epoch: Epoch, rule: RuleIndex, text: string): void {
  epoch.accounts[rule]!.countErrors(clipped(text), 1);
}

function errorIn(explanation: Explanation): string {
  return explanation.conditions.find((condition) => condition.error !== undefined)?.error ?? explanation.summary;
}

function internal(error: unknown): Undecided {
  return { code: 'internal_error', reason: textOf(error) };
}

function textOf(error: unknown): string {
  return clipped(error instanceof Error ? error.message : String(error));
}
