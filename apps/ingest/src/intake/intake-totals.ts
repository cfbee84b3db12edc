import { LatestLatencies } from '#messaging';
import type { Admission } from './admit.js';

/** The spans of successful requests, over all receivers. */
export class IntakeTotals {
  received = 0;
  /** The log has them. */
  answered = 0;
  own = 0;
  readonly rejected: Record<string, number> = {};
  readonly latencies = new LatestLatencies();

  count({ spans, accepted, own, rejections }: Pick<Admission, 'spans' | 'accepted' | 'own' | 'rejections'>): void {
    this.received += spans;
    this.answered += accepted;
    this.own += own;
    for (const { reason, spans: rejected } of rejections) this.rejected[reason] = (this.rejected[reason] ?? 0) + rejected;
  }
}
