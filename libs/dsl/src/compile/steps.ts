/** A number of steps that depends on how many spans there are: a polynomial of their number n. */
export class Steps {
  /** @param coefficients of 1, n, n² … */
  constructor(private readonly coefficients: readonly number[]) {}

  static of(steps: number): Steps {
    return new Steps([steps]);
  }

  static sum(all: readonly Steps[]): Steps {
    return all.reduce((sum, steps) => sum.plus(steps), new Steps([]));
  }

  plus({ coefficients }: Steps): Steps {
    const length = Math.max(this.coefficients.length, coefficients.length);
    return new Steps(Array.from({ length }, (_, power) => (this.coefficients[power] ?? 0) + (coefficients[power] ?? 0)));
  }

  /** So many for each of n spans. */
  perSpan(): Steps {
    return new Steps([0, ...this.coefficients]);
  }

  /** It grows faster than the number of spans. */
  get isSteep(): boolean {
    return this.coefficients.some((coefficient, power) => power > 1 && coefficient > 0);
  }

  on(spans: number): number {
    return this.coefficients.reduceRight((sum, coefficient) => sum * spans + coefficient, 0);
  }
}
