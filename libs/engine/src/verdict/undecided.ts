/** Why a rule has no verdict on a trace or a span (docs/decisions/0020): the stable codes of `undecided.code`, with what each means. */
export const UNDECIDED = {
  step_limit: 'the rule took more steps than it may (`rules.evaluation_timeout`)',
  memory_limit: 'the rule made more text than it may',
  depth_limit: 'the rule called functions within each other more deeply, or handed over more values at once, than it may',
  value_type: 'the rule met a value of another type than it can take, and says `on_error: undecided`',
  internal_error: 'the rule ended in an error that is not an error of the language',
  max_spans: 'the trace has more spans than are kept for rules that are judged at its close (`traces.max_spans`)',
  records_deleted: 'records of the spans log were deleted that may have held spans of the trace, which could refute the violation',
  too_many: 'more verdicts of the rule are undecided than are emitted one by one: this record counts the others',
} as const satisfies Readonly<Record<string, string>>;

export type UndecidedCode = keyof typeof UNDECIDED;

/** Why a rule has no verdict. */
export interface Undecided {
  readonly code: UndecidedCode;
  /** For people: what happened. */
  readonly reason: string;
}

/** Errors of Lua that report an exhausted stack. */
const STACK = /stack overflow|too many results to unpack|too many arguments|string slice too long/;

/** A rule exceeded its budget, as its error says. */
export function exceeded(message: string): Undecided {
  if (message.includes('bytes of strings')) return { code: 'memory_limit', reason: message };
  return { code: STACK.test(message) ? 'depth_limit' : 'step_limit', reason: message };
}
