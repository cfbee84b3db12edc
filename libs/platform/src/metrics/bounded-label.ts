/** The label value for all values above the maximum. */
export const OTHER = 'other';

/**
 * Limits the distinct values of a label that senders choose: the first `max` stay, later ones become `other`. Otherwise senders would decide the size of the
 * metrics.
 */
export class BoundedLabel {
  private readonly values = new Set<string>();

  /** @param max distinct values, without the empty one and `other` */
  constructor(
    private readonly max: number,
    private readonly other = OTHER,
  ) {}

  of(value: string): string {
    if (value === '' || value === this.other || this.values.has(value)) return value;
    if (this.values.size >= this.max) return this.other;
    this.values.add(value);
    return value;
  }
}
