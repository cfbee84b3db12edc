import type { Diagnostic, Explanation, RuleDescription } from '#dsl';
import type { ProblemDetail } from '#platform';
import type { OnError, RuleTest } from '#records';
import type { TestResult } from './expression.dto.js';
import type { TestCaseResult } from './test-cases.dto.js';

/** A task for a thread; all of it can be cloned. */
export type ExpressionTask =
  | { readonly kind: 'check'; readonly expression: string }
  | { readonly kind: 'describe'; readonly expression: string }
  /** The body of `POST /v1/rules/test` as text, so that numbers keep all their digits; the spans of the trace that it names. */
  | { readonly kind: 'try'; readonly body: Uint8Array; readonly stored?: readonly Uint8Array[] | undefined }
  | ExplainTask
  | CasesTask;

/** Explains a rule on all spans of a trace. */
export interface ExplainTask {
  readonly kind: 'explain';
  readonly expression: string;
  /** The trace as OTLP requests. */
  readonly requests: readonly Uint8Array[];
  /** The wire id of the subject of a span rule. */
  readonly subject: string;
  /** Tolerated clock difference in milliseconds, as in the evaluators. */
  readonly tolerance: number;
}

/** Test cases of a rule. */
export interface CasesTask {
  readonly kind: 'cases';
  readonly expression: string;
  readonly onError: OnError;
  readonly tests: readonly RuleTest[];
  /** False: the traces are only read. */
  readonly judges: boolean;
}

export interface CheckedText {
  readonly ok: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

export interface DescribedText extends CheckedText {
  /** Absent when there are errors. */
  readonly description?: RuleDescription;
}

export interface ResultOf {
  readonly check: CheckedText;
  readonly describe: DescribedText;
  readonly try: TestResult;
  readonly explain: Explanation;
  readonly cases: readonly TestCaseResult[];
}

/** The phase of a task, in words for the answer when it times out. */
export type Phase = 'reading the spans' | 'checking the expression' | 'compiling the expression' | 'judging the spans';

/** Settings of a thread. */
export interface ExpressionSettings {
  /** Maximum length in characters. */
  readonly maxLength: number;
  /** Milliseconds, counted in steps, as in the evaluators. */
  readonly evaluationTimeout: number;
}

/** A coded error in the form in which it is sent from a thread. */
export interface CarriedError {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly errors?: readonly ProblemDetail[];
}

export type FromExpressionThread =
  | { readonly type: 'ready' }
  | { readonly type: 'phase'; readonly phase: Phase }
  | { readonly type: 'done'; readonly result: ResultOf[keyof ResultOf] }
  | { readonly type: 'refused'; readonly error: CarriedError }
  /** The body is not JSON. The main thread finds the place, because it has the platform's parser. */
  | { readonly type: 'no-json'; readonly message: string }
  | { readonly type: 'defect'; readonly error: Error };
