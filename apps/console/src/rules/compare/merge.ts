import type { Draft } from '../draft';
import { differing, isSameMember, type Member } from './members';

export type Side = 'theirs' | 'mine';

/** A member in which their rule and mine differ, and who changed it since I began. */
export interface Contested {
  readonly member: Member;
  /** `both` also where it is not known what the rule was. */
  readonly changedBy: Side | 'both';
}

/** @param base what the rule was when I began; undefined when that is not known */
export function contested(base: Draft | undefined, theirs: Draft, mine: Draft): readonly Contested[] {
  return differing(theirs, mine).map((member) => {
    if (base === undefined) return { member, changedBy: 'both' };
    if (isSameMember(base, theirs, member)) return { member, changedBy: 'mine' };
    return { member, changedBy: isSameMember(base, mine, member) ? 'theirs' : 'both' };
  });
}

/** What was decided: a side for each member, and what was written instead of both. */
export interface Decisions {
  readonly sides: Partial<Record<Member, Side>>;
  readonly written: Partial<Draft>;
}

/** What only one side changed is decided; of what both changed a person decides. */
export function firstDecisions(members: readonly Contested[]): Decisions {
  const clear = members.flatMap(({ member, changedBy }) => (changedBy === 'both' ? [] : [[member, changedBy] as const]));
  return { sides: Object.fromEntries(clear), written: {} };
}

/** The rule as it was decided; undefined while a member is open. */
export function merged(members: readonly Contested[], { sides, written }: Decisions, theirs: Draft, mine: Draft): Draft | undefined {
  if (members.some(({ member }) => sides[member] === undefined && written[member] === undefined)) return undefined;
  const kept = members.filter(({ member }) => sides[member] === 'mine').map(({ member }) => [member, mine[member]]);
  return { ...theirs, ...Object.fromEntries(kept), ...written };
}
