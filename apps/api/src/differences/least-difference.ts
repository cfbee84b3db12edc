/** A count and its total. */
export interface TraceShare {
  readonly count: number;
  readonly of: number;
}

/** Standard deviations of a 99.9 % interval: hundreds of attributes are compared, so chance has as many tries. */
const CERTAINTY = 3.29;

/**
 * The minimum by which one share exceeds another, from −1 to 1: the lower end of Newcombe's interval for the difference of two proportions (his method 10, from
 * Wilson's intervals, Statistics in Medicine 17, 1998). It is small for few traces, however different. NaN if a total is 0.
 */
export function leastDifference(one: TraceShare, other: TraceShare, certainty = CERTAINTY): number {
  const [p, q] = [one.count / one.of, other.count / other.of];
  const [low] = wilson(one, certainty);
  const [, high] = wilson(other, certainty);
  return p - q - Math.hypot(p - low, high - q);
}

/** Wilson's interval for a proportion. */
function wilson({ count, of }: TraceShare, z: number): readonly [number, number] {
  const centre = count + (z * z) / 2;
  const spread = z * Math.sqrt((count * (of - count)) / of + (z * z) / 4);
  return [(centre - spread) / (of + z * z), (centre + spread) / (of + z * z)];
}
