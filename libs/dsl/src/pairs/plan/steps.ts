/** A number of steps that depends on how many spans there are. */
export class Steps {
  /** Sums share their parts: the last result is cached. */
  private last: { readonly spans: number; readonly steps: number } | undefined;

  constructor(private readonly count: (spans: number) => number) {}

  on(spans: number): number {
    if (this.last?.spans !== spans) this.last = { spans, steps: this.count(spans) };
    return this.last.steps;
  }

  static of(steps: number): Steps {
    return new Steps(() => steps);
  }

  static sum(all: readonly Steps[]): Steps {
    return new Steps((spans) => all.reduce((sum, steps) => sum + steps.on(spans), 0));
  }

  plus(steps: Steps): Steps {
    return Steps.sum([this, steps]);
  }

  /** So many for each of the spans. */
  perSpan(): Steps {
    return new Steps((spans) => spans * this.on(spans));
  }
}
