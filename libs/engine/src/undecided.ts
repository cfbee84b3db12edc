/**
 * Why a rule has no verdict on a trace or a span: the stable codes of `undecided.code`, with what each means.
 */
export const UNDECIDED = {
  step_limit: 'the rule took more steps than it may (`rules.evaluation_timeout`)',
  memory_limit: 'the rule made more text than it may',
  depth_limit: 'the rule called functions within each other more deeply than it may',
  internal_error: 'the rule ended in an error that is no error of the language',
} as const satisfies Readonly<Record<string, string>>;

export type UndecidedCode = keyof typeof UNDECIDED;

/** What kept a rule from a verdict. */
export interface Undecided {
  readonly code: UndecidedCode;
  /** For people: what happened. */
  readonly reason: string;
}
