/** A member of a group as its leader sees it. */
export interface Candidate {
  readonly id: string;
  /** Partitions it works on now, and since which generation. */
  readonly owned: readonly number[];
  readonly generation: number;
}

/**
 * Spreads partitions 0 … count - 1 over the members so that they differ by one at most and as few as possible change hands. A
 * partition that must change hands is given to nobody yet: its owner sees that it has to give it up, finishes with it, and joins
 * again; then it goes to the other. So no two members ever work on one partition, and those that stay are not disturbed
 * (incremental cooperative rebalancing, KIP-429). Depends on nothing but its arguments.
 */
export function assign(count: number, members: readonly Candidate[]): Map<string, number[]> {
  const owners = ownersOf(count, members);
  const target = balance(count, members, owners);
  return new Map([...target].map(([id, partitions]) => [id, partitions.filter((partition) => (owners.get(partition) ?? id) === id)]));
}

/** Who owns what. Of two members that claim one partition, the claim of the later generation counts: the other was thought dead. */
function ownersOf(count: number, members: readonly Candidate[]): Map<number, string> {
  const owners = new Map<number, string>();
  for (const { id, owned } of members.toSorted((a, b) => a.generation - b.generation || compare(a.id, b.id))) {
    for (const partition of owned) if (partition < count) owners.set(partition, id);
  }
  return owners;
}

/** Each member keeps its partitions within its share; the others go to the member with the fewest. */
function balance(count: number, members: readonly Candidate[], owners: ReadonlyMap<number, string>): Map<string, number[]> {
  const holdings = new Map(members.map(({ id }) => [id, [] as number[]]));
  const free: number[] = [];
  for (let partition = 0; partition < count; partition++) {
    const owner = owners.get(partition);
    (owner === undefined ? free : holdings.get(owner)!).push(partition);
  }
  const least = Math.floor(count / members.length);
  // So many members have one more: those first who have it already.
  let larger = count % members.length;
  const order = members.map(({ id }) => id).toSorted((a, b) => holdings.get(b)!.length - holdings.get(a)!.length || compare(a, b));
  const shares = new Map(order.map((id) => [id, least + (larger-- > 0 ? 1 : 0)]));
  for (const id of order) free.push(...holdings.get(id)!.splice(shares.get(id)!));
  free.sort((a, b) => a - b);
  for (const id of order) {
    const held = holdings.get(id)!;
    held.push(...free.splice(0, shares.get(id)! - held.length));
  }
  return holdings;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
