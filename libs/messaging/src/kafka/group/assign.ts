/** A member of a group as its leader sees it. */
export interface Candidate {
  readonly id: string;
  /** The partitions that it works on now, and since which generation. */
  readonly owned: readonly number[];
  readonly generation: number;
  /** It prepares for partitions that others work on, and reports those it is ready for. */
  readonly prepares?: boolean;
  readonly prepared?: readonly number[];
  /** It stops: the others get its partitions. */
  readonly leaving?: boolean;
}

/** The assignment of a member. */
export interface MemberShare {
  /** Partitions to work on. */
  readonly partitions: readonly number[];
  /** Partitions to prepare for: another member works on them until this one is ready. */
  readonly prepare: readonly number[];
}

export interface Shares {
  readonly of: ReadonlyMap<string, MemberShare>;
  /** Some partition has no owner until its former owner has joined again, so members should join promptly. */
  readonly moving: boolean;
}

/**
 * Spreads partitions 0 … count - 1 over the members so that their shares differ by at most one and as few as possible change hands. A partition that must
 * change hands stays with its owner until the other member has prepared for it, if it does that (docs/decisions/0062). Then it is assigned to no member: its
 * owner gives it up, finishes with it, and joins again; then the other gets it. So no two members ever work on one partition, and the rest are not disturbed
 * (incremental cooperative rebalancing, KIP-429). Members that leave get none. The result depends only on the arguments.
 */
export function assign(count: number, members: readonly Candidate[]): Shares {
  const owners = ownersOf(count, members);
  const assignments = new Map(members.map(({ id }) => [id, { partitions: [] as number[], prepare: [] as number[] }]));
  const staying = members.filter(({ leaving }) => leaving !== true);
  let moving = false;
  for (const [id, partitions] of balance(count, staying, owners)) {
    const { prepares, prepared } = staying.find((member) => member.id === id)!;
    for (const partition of partitions) {
      const owner = owners.get(partition) ?? id;
      if (owner === id) assignments.get(id)!.partitions.push(partition);
      else {
        const waits = prepares === true && prepared?.includes(partition) !== true;
        if (waits) assignments.get(owner)!.partitions.push(partition);
        else moving = true;
        // It keeps its claim on a prepared partition until it gets it.
        if (prepares === true) assignments.get(id)!.prepare.push(partition);
      }
    }
  }
  return { of: assignments, moving };
}

/** The owners. If two members claim one partition, the claim of the later generation counts: the other member was thought dead. */
function ownersOf(count: number, members: readonly Candidate[]): Map<number, string> {
  const owners = new Map<number, string>();
  for (const { id, owned } of members.toSorted((a, b) => a.generation - b.generation || compare(a.id, b.id))) {
    for (const partition of owned) if (partition < count) owners.set(partition, id);
  }
  return owners;
}

/** Each member keeps its partitions within its share; the others go to members that are ready for them, then to the member with the fewest. */
function balance(count: number, members: readonly Candidate[], owners: ReadonlyMap<number, string>): Map<string, number[]> {
  const holdings = new Map(members.map(({ id }) => [id, [] as number[]]));
  if (members.length === 0) return holdings;
  const ready = new Set(members.flatMap(({ prepared = [] }) => prepared));
  let free: number[] = [];
  for (let partition = 0; partition < count; partition++) (holdings.get(owners.get(partition) ?? '') ?? free).push(partition);
  const least = Math.floor(count / members.length);
  // This many members have one more: first those who have it already.
  let larger = count % members.length;
  const order = members.map(({ id }) => id).toSorted((a, b) => holdings.get(b)!.length - holdings.get(a)!.length || compare(a, b));
  const shares = new Map(order.map((id) => [id, least + (larger-- > 0 ? 1 : 0)]));
  for (const id of order) {
    const held = holdings.get(id)!;
    // Partitions that others are ready for go first.
    held.sort((a, b) => Number(ready.has(a)) - Number(ready.has(b)) || a - b);
    free.push(...held.splice(shares.get(id)!));
  }
  free.sort((a, b) => a - b);
  const give = (id: string, partitions: readonly number[]): void => {
    const held = holdings.get(id)!;
    const given = new Set(partitions.slice(0, shares.get(id)! - held.length));
    held.push(...given);
    free = free.filter((partition) => !given.has(partition));
  };
  for (const { id, prepared = [] } of members) {
    const own = new Set(prepared);
    give(
      id,
      free.filter((partition) => own.has(partition)),
    );
  }
  for (const id of order) give(id, free);
  return holdings;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
