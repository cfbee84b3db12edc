/** `acknowledged`: a person knows of it; `unacknowledged` revokes that. */
export type MarkKind = 'acknowledged' | 'unacknowledged' | 'note';

/** A person's mark on a violation or a group. */
export interface Mark {
  /** Counts from 1 for each subject. */
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
  /** Undefined: all services. */
  readonly service?: string;
  /** Unix ms; undefined: until a person ends it. */
  readonly until?: number;
  /** The mute ends when an hour has more violations than this; undefined: no such limit. */
  readonly worseAbove?: number;
  readonly note?: string;
  readonly at: number;
  readonly by: string;
  /** When and by whom it was ended early. Without `by` it exceeded `worseAbove`, at this log time. */
  readonly endedAt?: number;
  readonly endedBy?: string;
}

export interface MutePage {
  readonly mutes: readonly Mute[];
  readonly total: number;
  readonly next?: string;
}
