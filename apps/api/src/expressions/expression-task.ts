import type { Diagnostic, Explanation, RuleDescription } from '#dsl';
import type { ProblemDetail } from '#platform';
import type { OnError, RuleTest } from '#records';
import type { TestResult } from './expression.dto.js';
import type { TestCaseResult } from './test-cases.dto.js';

/** A task for an expression; all of it can be cloned to a thread. */
export type ExpressionTask =
  | { readonly kind: 'check'; readonly expression: string }
  | { readonly kind: 'describe'; readonly expression: string }
  /** The body of `POST /v1/rules/test`, as text, so that numbers keep all their digits; the spans of the trace whose id it names. */
  | { readonly kind: 'try'; readonly body: Uint8Array; readonly stored?: readonly Uint8Array[] | undefined }
  | ExplainTask
  | CasesTask;

/** Why a rule matches a trace, asked of all its spans. */
export interface ExplainTask {
  readonly kind: 'explain';
  readonly expression: string;
  /** The trace as OTLP requests. */
  readonly requests: readonly Uint8Array[];
  /** The wire id of the subject of a span rule. */
  readonly subject: string;
  /** Milliseconds by which clocks may differ, as the evaluators have it. */
  readonly tolerance: number;
}

/** Test cases of a rule. */
export interface CasesTask {
  readonly kind: 'cases';
  readonly expression: string;
  readonly onError: OnError;
  readonly tests: readonly RuleTest[];
  /** Else the traces are only read. */
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

/** What a thread is at, in words: if it takes too long there, the answer says so. */
export type Phase = 'reading the spans' | 'checking the expression' | 'compiling the expression' | 'judging the spans';

/** Settings of a thread. */
export interface ExpressionSettings {
  /** Characters. */
  readonly maxLength: number;
  /** Milliseconds, counted in steps, as the evaluators have it. */
  readonly evaluationTimeout: number;
}

/** An error of the catalogues, as it travels from a thread. */
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
  /** The body is no JSON; where it ends to be is for the one who has the platform's parser. */
  | { readonly type: 'no-json'; readonly message: string }
  | { readonly type: 'defect'; readonly error: Error };
