import { CLOSE_REASONS, type CloseReason } from './assembly/close-reason.js';
import { REJECTIONS, type Rejection } from './rejection.js';

/** Error texts counted apart per rule; what comes beyond is counted as `OTHER_ERRORS`. */
const ERROR_TEXTS = 20;
export const OTHER_ERRORS = 'other errors';

/** What one rule did, all its versions together. */
export interface RuleAccount {
  /** Judgements: spans for a span rule, traces (each time they are judged) for a rule over traces. */
  evaluations: number;
  /** Violations found. */
  matches: number;
  /** Evaluations that failed, by Lua's text. */
  readonly errors: Map<string, number>;
  lastError: string | undefined;
}

/**
 * What an engine did with everything it was given, as plain data for metrics: received = evaluated + rejected + duplicates.
 * Spans read only as context (before the offset from which it judges) stand apart: another engine accounted for them.
 */
export class Accounting {
  received = 0;
  evaluated = 0;
  duplicates = 0;
  context = 0;
  /** Evaluated spans that came after their trace was closed. */
  late = 0;
  readonly rejected: Record<Rejection, number> = zeros(REJECTIONS);
  readonly closed: Record<CloseReason, number> = zeros(CLOSE_REASONS);
  /** By rule id. */
  readonly rules = new Map<string, RuleAccount>();

  rule(id: string): RuleAccount {
    let account = this.rules.get(id);
    if (account === undefined) {
      account = { evaluations: 0, matches: 0, errors: new Map(), lastError: undefined };
      this.rules.set(id, account);
    }
    return account;
  }
}

/** Counts evaluations that failed with the same text. */
export function countErrors(account: RuleAccount, text: string, times: number): void {
  const { errors } = account;
  account.lastError = text;
  const known = errors.get(text);
  if (known !== undefined || errors.size < ERROR_TEXTS) errors.set(text, (known ?? 0) + times);
  else errors.set(OTHER_ERRORS, (errors.get(OTHER_ERRORS) ?? 0) + times);
}

function zeros<Label extends string>(labels: Readonly<Record<Label, string>>): Record<Label, number> {
  return Object.fromEntries(Object.keys(labels).map((label) => [label, 0])) as Record<Label, number>;
}
