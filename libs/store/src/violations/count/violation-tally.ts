import type { CountedGroup, ViolationCounts } from '../list/violation-query.js';

/** Maximum of distinguished groups, because senders choose the names of services. Violations of further groups, which are older, are counted together. */
const MAX_KEYS = 10_000;

interface Group {
  total: number;
  /** By bucket: most groups have violations in few of them. */
  readonly counts: Map<number, number>;
}

/** Counts of violations by group and bucket, added up. */
export class ViolationTally {
  private readonly groups = new Map<string, Group>();
  private readonly counts: number[];
  private readonly beyond: number[];
  private hasBeyond = false;

  constructor(private readonly buckets: number) {
    this.counts = zeros(buckets);
    this.beyond = zeros(buckets);
  }

  add(key: string, bucket: number, count: number): void {
    this.counts[bucket]! += count;
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= MAX_KEYS) {
        this.hasBeyond = true;
        this.beyond[bucket]! += count;
        return;
      }
      this.groups.set(key, (group = { total: 0, counts: new Map() }));
    }
    group.total += count;
    group.counts.set(bucket, (group.counts.get(bucket) ?? 0) + count);
  }

  /** @param max the number of largest groups that are listed by name */
  result(max: number): ViolationCounts {
    const sorted = [...this.groups].toSorted(([a, { total: ofA }], [b, { total: ofB }]) => ofB - ofA || (a < b ? -1 : 1));
    const others = [...this.beyond];
    for (const [, { counts }] of sorted.slice(max)) for (const [bucket, count] of counts) others[bucket]! += count;
    return {
      total: this.counts.reduce((total, count) => total + count, 0),
      counts: this.counts,
      groups: sorted.slice(0, max).map(([key, group]) => this.counted(key, group)),
      allGroups: this.groups.size + (this.hasBeyond ? 1 : 0),
      others,
    };
  }

  private counted(key: string, { total, counts }: Group): CountedGroup {
    const over = zeros(this.buckets);
    for (const [bucket, count] of counts) over[bucket] = count;
    return { key, total, counts: over };
  }
}

const zeros = (length: number): number[] => new Array<number>(length).fill(0);
