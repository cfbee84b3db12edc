import { judgeTrace, RuleSet } from '#engine';
import { encodeRequest, type JsonValue, parseJson, spansFromValue } from '#otlp';
import { didYouMean, type ProblemDetail, refuseDuplicateMembers, suggest } from '#platform';
import { ON_ERROR, type OnError } from '#records';
import { ApiError } from '../api-error.js';
import type { TestResult } from './expression.dto.js';
import type { Phase } from './expression-task.js';

interface Trial {
  readonly expression: string;
  readonly onError: OnError;
  /** The JSON of the spans and its place in the body; undefined: a stored trace is used. */
  readonly spans: { readonly json: JsonValue; readonly path: readonly string[] } | undefined;
}

export interface TrialInput {
  /** JSON. */
  readonly body: Uint8Array;
  /** The spans of the trace that the body names. */
  readonly stored?: readonly Uint8Array[] | undefined;
}

export interface TrialTools {
  /** Milliseconds, as in the evaluators. */
  readonly timeout: number;
  /** Returns the warnings; throws for errors. */
  readonly orRefuse: (expression: string) => readonly ProblemDetail[];
  readonly enter: (phase: Phase) => void;
}

/** Runs an expression on spans with the engine that evaluates the log. The body is parsed from its text, so that nanoseconds keep all their digits. */
export function tryRule({ body, stored }: TrialInput, { timeout, orRefuse, enter }: TrialTools): TestResult {
  enter('reading the spans');
  const { expression, onError, spans } = readTrial(body, stored !== undefined);
  const warnings = orRefuse(expression);
  enter('reading the spans');
  const requests = spans === undefined ? (stored ?? []) : [encodeRequest(spansFromValue(spans.json, { incomplete: true }, spans.path))];
  enter('compiling the expression');
  const rule = { id: 'test', name: 'test', version: 1, expression, severity: 'LOW', onError } as const;
  const rules = RuleSet.compile(1, [rule], { timeout });
  enter('judging the spans');
  const started = performance.now();
  const [judgement] = judgeTrace(rules, requests);
  const evaluation_time_ms = round(performance.now() - started);
  if (!judgement) throw new ApiError('BT_API_EXPRESSION_INVALID', { reason: 'it was checked, but cannot be compiled' });
  const { matches, explanation, violations, undecided, errors } = judgement;
  const why = undecided[0]?.undecided;
  const matched_spans = [...new Set(violations.map(({ spanId }) => spanId).filter((id) => id !== ''))];
  return {
    matches,
    evaluation_time_ms,
    explanation,
    warnings,
    ...(matches ? { matched_spans } : {}),
    ...(why === undefined ? {} : { undecided: why }),
    ...(errors.length === 0 ? {} : { error: errors.join('; ') }),
  };
}

const MEMBERS: readonly string[] = ['expression', 'on_error', 'span', 'spans', 'trace', 'trace_id'];

function unknownMember(member: string): ApiError {
  return new ApiError('BT_API_TEST_MEMBER_UNKNOWN', { member, suggestion: didYouMean(suggest(member, MEMBERS)) });
}

function readTrial(body: Uint8Array, isStored: boolean): Trial {
  const json = readObject(body);
  const { expression, on_error = 'no_match', span, spans, trace, trace_id } = json;
  for (const member of Object.keys(json)) if (!MEMBERS.includes(member)) throw unknownMember(member);
  if (trace_id !== undefined && typeof trace_id !== 'string') throw new ApiError('BT_API_TEST_SPANS_MISSING', {});
  if (typeof expression !== 'string' || expression.trim() === '') throw new ApiError('BT_API_TEST_SPANS_MISSING', {});
  const onError = ON_ERROR.find((candidate) => candidate === on_error);
  if (onError === undefined) throw new ApiError('BT_API_TEST_ON_ERROR', {});
  if (isStored) return { expression, onError, spans: undefined };
  const [given, another] = Object.entries({ span, spans, trace }).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined);
  if (given !== undefined && another !== undefined) throw new ApiError('BT_API_TEST_SPANS_TWICE', { one: given[0], other: another[0] });
  if (given !== undefined) return { expression, onError, spans: { json: given[1], path: [given[0]] } };
  throw new ApiError('BT_API_TEST_SPANS_MISSING', {});
}

function readObject(body: Uint8Array): { readonly [name: string]: JsonValue } {
  const json = parseJson(body);
  refuseDuplicateMembers(body, json);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new ApiError('BT_API_TEST_SPANS_MISSING', {});
  return json;
}

/** Rounds to microseconds, the precision of the clock. */
function round(milliseconds: number): number {
  return Math.round(milliseconds * 1_000) / 1_000;
}
