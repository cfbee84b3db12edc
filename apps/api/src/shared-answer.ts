/** An answer that takes long, shared by all callers while it is made, and for some time after. */
export class SharedAnswer<Answer> {
  private last: { readonly answer: Promise<Answer>; madeAt?: number } | undefined;

  /**
   * @param make makes the answer; a rejection is not kept
   * @param fresh how long an answer is reused, in milliseconds since it was made
   */
  constructor(
    private readonly make: () => Promise<Answer>,
    private readonly fresh: number,
    private readonly monotonic: () => number,
  ) {}

  /** Rejects the error of `make`. */
  get(): Promise<Answer> {
    const { last } = this;
    if (last !== undefined && (last.madeAt === undefined || this.monotonic() - last.madeAt < this.fresh)) return last.answer;
    const next: NonNullable<typeof last> = { answer: this.make() };
    this.last = next;
    next.answer.then(
      () => {
        next.madeAt = this.monotonic();
      },
      () => {
        this.last = undefined;
      },
    );
    return next.answer;
  }
}
