import { judgeTrace, type RuleSet, type TriedRule } from '#engine';
import { encodeRequest, type WholeSpan } from '#otlp';
import { type Arrangement, arrangements } from './arrangement.js';
import { explanationLines } from './explanation-text.js';
import type { TestCase } from './test-case.js';

/** Why a case fails, and in which arrangement of its spans first. */
export interface CaseFailure {
  readonly arrangement: string;
  readonly reason: string;
  /** The rule's explanation, part by part, and errors of its evaluation. */
  readonly details: readonly string[];
}

export interface JudgedCase {
  /** Absent when all arrangements give the expected verdict. */
  readonly failure?: CaseFailure;
  /** Why the rule matches, or does not, in the first arrangement, or in the one that fails. */
  readonly why: readonly string[];
}

/** Judges the case's trace in every arrangement of its spans. */
export function judgeCase(rules: RuleSet, test: TestCase, seed: string): JudgedCase {
  const expression = rules.definitions[0]?.expression ?? '';
  let why: readonly string[] | undefined;
  for (const arrangement of arrangements(test.spans.length, seed)) {
    const [judgement] = judgeTrace(rules, requestsOf(test.spans, arrangement), undefined, arrangement.pause);
    const reason = judgement && reasonOf(judgement, test);
    if (judgement === undefined) continue;
    if (reason !== undefined) {
      const details = detailsOf(judgement, expression);
      return { failure: { arrangement: arrangement.name, reason, details }, why: details };
    }
    why ??= detailsOf(judgement, expression);
  }
  return { why: why ?? [] };
}

function requestsOf(spans: readonly WholeSpan[], { records }: Arrangement): readonly Uint8Array[] {
  return records.map((indexes) =>
    encodeRequest({
      resourceSpans: indexes.map((index) => {
        const { span, resource, scope } = spans[index] as WholeSpan;
        return { resource, schemaUrl: '', scopeSpans: [{ scope, schemaUrl: '', spans: [span] }] };
      }),
    }),
  );
}

function reasonOf({ matches, violations, undecided }: TriedRule, { expect, spans }: TestCase): string | undefined {
  const isUndecided = undecided.length > 0 && !matches;
  if (expect.undecided === true && !isUndecided)
    return `expected no verdict (undecided), and the rule ${matches ? 'matches' : 'does not match'}`;
  if (isUndecided && expect.undecided !== true) return `expected ${expect.match ? 'a' : 'no'} match, and the rule is undecided`;
  if (matches !== expect.match) return expect.match ? 'expected a match, and there is none' : 'expected no match, and the rule matches';
  if (expect.subjects === undefined) return undefined;
  const found = violations.map(({ spanId, wireSpanId }) => {
    const name = spans.find(({ span }) => span.spanId === wireSpanId)?.span.name ?? '';
    return { id: spanId, wireId: wireSpanId, name, expected: false };
  });
  const missing = expect.subjects.filter((subject) => {
    const meant = found.filter(({ id, wireId, name }) => id === subject || wireId === subject || name === subject);
    for (const violation of meant) violation.expected = true;
    return meant.length === 0;
  });
  const surplus = found.filter(({ expected }) => !expected).map(({ id, name }) => (id === name ? id : `${name} (${id})`));
  if (missing.length === 0 && surplus.length === 0) return undefined;
  const parts = [
    ...(missing.length === 0 ? [] : [`expected a match of ${missing.join(', ')}`]),
    ...(surplus.length === 0 ? [] : [`matches ${surplus.join(', ')}, which was not expected`]),
  ];
  return parts.join('; ');
}

function detailsOf({ explanation, undecided, errors }: TriedRule, expression: string): readonly string[] {
  const why = undecided.map((verdict) => `undecided (${verdict.undecided!.code}): ${verdict.undecided!.reason}`);
  const { tree } = explanation;
  // With a single part, the tree repeats the summary.
  const parts = tree?.children === undefined ? [] : explanationLines(tree, expression);
  return [explanation.summary, ...parts, ...why, ...errors.map((error) => `evaluation error: ${error}`)];
}
