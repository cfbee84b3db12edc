import type { Explanation, RuleIndex } from '#dsl';
import { Accounting } from '../accounting.js';
import { contextWindow } from '../assembly/seen/long-traces.js';
import type { RuleSet } from '../rules/rule-set.js';
import { type AssemblySettings, DEFAULT_ASSEMBLY } from '../settings.js';
import type { Verdict } from '../verdict/verdict.js';
import { explainTrace } from './explain-trace.js';
import { PartitionEngine } from './partition.js';

/** The result of one rule on the given spans. */
export interface TriedRule {
  readonly ruleId: string;
  readonly matches: boolean;
  /** The violations after the last span: one per subject span, or one for the trace. */
  readonly violations: readonly Verdict[];
  /** The undecided verdicts, each with its reason: the rule may match nevertheless. */
  readonly undecided: readonly Verdict[];
  /** Why the rule matches (the first violation's explanation), or why it does not. */
  readonly explanation: Explanation;
  /** Lua's texts of the evaluations that failed, each once. */
  readonly errors: readonly string[];
}

/**
 * Tries rules on spans, by the same engine that judges the log: for `POST /v1/rules/test` and `betrace test`. `requests` are
 * OTLP requests in order of arrival, `pause` milliseconds apart (so late spans can be tried too); after the last one all
 * traces close. One judgement per rule of the set, in its order. Throws OtlpError when a request is malformed.
 */
export function judgeTrace(
  rules: RuleSet,
  requests: readonly Uint8Array[],
  settings: AssemblySettings = DEFAULT_ASSEMBLY,
  pause = 0,
): readonly TriedRule[] {
  const latest = new Map<string, Verdict>();
  const keep = (verdict: Verdict): void => void latest.set(verdict.id, verdict);
  const accounting = new Accounting();
  const engine = new PartitionEngine({ partition: 0, settings, ruleSetOf: () => rules, initialEpoch: rules.epoch, accounting });
  for (const [offset, value] of requests.entries()) engine.apply({ kind: 'spans', offset, timestamp: offset * pause, value }, keep);
  const end = requests.length * pause + contextWindow(settings);
  engine.apply({ kind: 'tick', offset: requests.length, timestamp: end }, keep);
  return rules.definitions.map(({ id }, rule) => {
    const standing = [...latest.values()].filter(({ ruleId }) => ruleId === id);
    const violations = standing.filter(({ status }) => status === 'open');
    let explanation: Explanation | undefined;
    return {
      ruleId: id,
      matches: violations.length > 0,
      violations,
      undecided: standing.filter(({ status }) => status === 'undecided'),
      // Most callers need the verdict alone.
      get explanation() {
        explanation ??= violations[0]?.explanation ?? explainTrace(rules, rule as RuleIndex, requests, settings);
        return explanation;
      },
      errors: [...accounting.rule(id).errors.keys()],
    };
  });
}
