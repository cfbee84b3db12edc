/** `acknowledged`: somebody knows of it; `unacknowledged` takes that back. */
export type MarkKind = 'acknowledged' | 'unacknowledged' | 'note';

/** What somebody said of a violation or a group. */
export interface Mark {
  /** Counts from 1, of each subject. */
  readonly number: number;
  readonly kind: MarkKind;
  /** Unix ms. */
  readonly at: number;
  readonly by: string;
  readonly note?: string;
}

/** A muted rule, or a rule muted in one service. */
export interface Mute {
  readonly id: string;
  readonly ruleId: string;
  /** Undefined: in all. */
  readonly service?: string;
  /** Unix ms; undefined: until somebody ends it. */
  readonly until?: number;
  /** It ends when more than this many violations come within an hour; undefined: it does not end so. */
  readonly worseAbove?: number;
  readonly note?: string;
  readonly at: number;
  readonly by: string;
  /** When and by whom it was ended before its time; by nobody: it got worse, at this log time. */
  readonly endedAt?: number;
  readonly endedBy?: string;
}

export interface MutePage {
  readonly mutes: readonly Mute[];
  readonly total: number;
  readonly next?: string;
}
