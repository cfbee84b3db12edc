import type { Accounting } from '#ui/api/types';

type Total = NonNullable<Accounting['total']>;

/** One number of the equation. */
export interface Part {
  readonly key: string;
  readonly count: number;
  readonly name: string;
  readonly text: string;
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, count) => all + count, 0);

/** The account as an equation: received spans on its left, their outcomes on its right. Rare parts are shown only when they occur. */
export function equationOf(total: Total): { readonly left: readonly Part[]; readonly right: readonly Part[] } {
  const part = (key: string, count: number, name: string, text: string): Part => ({ key, count, name, text });
  const seldom = (...parts: readonly Part[]): readonly Part[] => parts.filter(({ count }) => count !== 0);
  return {
    left: [
      part('received', total.received, 'received', 'answered with success'),
      ...seldom(
        part('unanswered', total.unanswered, 'unanswered', 'kept, and sent again'),
        part('carried_over', total.carried_over, 'carried over', 'in the log at the start'),
      ),
    ],
    right: [
      part('judged', total.judged, 'judged', 'once each, by every rule in force'),
      part('rejected', sum(total.rejected), 'rejected', 'their senders were told why'),
      part('duplicates', total.duplicates, 'duplicates', 'sent again, judged once'),
      ...seldom(
        part('conflicts', total.conflicts, 'conflicts', 'other content, judged too'),
        part('superseded', total.superseded, 'superseded', 'a later form stands'),
        part('own', total.own, 'own', 'emitted by BeTrace'),
        part('moved', total.moved, 'moved', 'to the partition of their trace'),
        part('judged_before', total.judged_before, 'judged before', 'by a thread that ended'),
      ),
      part('on_the_way', total.on_the_way, 'on the way', 'in the log, not read yet'),
      ...seldom(part('unaccounted', total.unaccounted, 'unaccounted', 'nobody knows')),
    ],
  };
}
