import type { Draft } from '../draft';
import { differing, isSameMember, type Member } from './members';

export type Side = 'theirs' | 'mine';

/** A member in which the stored rule and the draft differ, and who changed it. */
export interface Contested {
  readonly member: Member;
  /** `both` also if the base is unknown. */
  readonly changedBy: Side | 'both';
}

/** @param base the rule when the draft began; undefined if unknown */
export function contested(base: Draft | undefined, theirs: Draft, mine: Draft): readonly Contested[] {
  return differing(theirs, mine).map((member) => {
    if (base === undefined) return { member, changedBy: 'both' };
    if (isSameMember(base, theirs, member)) return { member, changedBy: 'mine' };
    return { member, changedBy: isSameMember(base, mine, member) ? 'theirs' : 'both' };
  });
}

/** The decisions: a side for each member, and texts that replace both. */
export interface Decisions {
  readonly sides: Partial<Record<Member, Side>>;
  readonly written: Partial<Draft>;
}

/** Members that only one side changed are decided; a person decides the others. */
export function firstDecisions(members: readonly Contested[]): Decisions {
  const clear = members.flatMap(({ member, changedBy }) => (changedBy === 'both' ? [] : [[member, changedBy] as const]));
  return { sides: Object.fromEntries(clear), written: {} };
}

/** The decided rule; undefined while a member is undecided. */
export function merged(members: readonly Contested[], { sides, written }: Decisions, theirs: Draft, mine: Draft): Draft | undefined {
  if (members.some(({ member }) => sides[member] === undefined && written[member] === undefined)) return undefined;
  const kept = members.filter(({ member }) => sides[member] === 'mine').map(({ member }) => [member, mine[member]]);
  return { ...theirs, ...Object.fromEntries(kept), ...written };
}
