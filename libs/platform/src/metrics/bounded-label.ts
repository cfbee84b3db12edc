/** What values beyond the bound are counted under. */
export const OTHER = 'other';

/**
 * Keeps the values of a label that senders choose to a number of distinct ones: the first so many stand for themselves, what comes later
 * is `other`. A sender would decide the size of the metrics otherwise.
 */
export class BoundedLabel {
  private readonly values = new Set<string>();

  /** @param most distinct values, beside the empty one and `other` */
  constructor(private readonly max: number) {}

  of(value: string): string {
    if (value === '' || this.values.has(value)) return value;
    if (this.values.size >= this.max) return OTHER;
    this.values.add(value);
    return value;
  }
}
