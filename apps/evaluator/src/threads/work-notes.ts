import { type FinishedWork, failureOf, type Traces, type Work } from '#base';

/** Maximum of work noted between two reports of a thread; further work is dropped. */
const MAX_NOTES = 1_000;

/** Notes work in a worker thread; the process makes the spans. */
export class WorkNotes implements Traces {
  private noted: FinishedWork[] = [];

  async span<Result>(work: Work, run: () => Promise<Result>): Promise<Result> {
    const start = now();
    try {
      const result = await run();
      this.note({ ...work, start, end: now() });
      return result;
    } catch (error) {
      this.note({ ...work, start, end: now(), failure: failureOf(error) });
      throw error;
    }
  }

  /** The work since the last call. */
  drain(): readonly FinishedWork[] {
    const { noted } = this;
    this.noted = [];
    return noted;
  }

  private note(work: FinishedWork): void {
    if (this.noted.length < MAX_NOTES) this.noted.push(work);
  }
}

/** Unix milliseconds with fractions. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
