/** A number of steps as a function of the number of spans. */
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

  /** This many per span. */
  perSpan(): Steps {
    return new Steps((spans) => spans * this.on(spans));
  }
}
