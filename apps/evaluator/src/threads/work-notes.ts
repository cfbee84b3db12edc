import { type FinishedWork, failureOf, type Traces, type Work } from '#base';

/** What is noted between two reports of a thread, at most; more is not told of. */
const MAX_NOTES = 1_000;

/** Notes work in a worker thread, whose spans the process makes. */
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

  /** What was noted since the last call. */
  drain(): readonly FinishedWork[] {
    const { noted } = this;
    this.noted = [];
    return noted;
  }

  private note(work: FinishedWork): void {
    if (this.noted.length < MAX_NOTES) this.noted.push(work);
  }
}

/** Unix milliseconds, finer than whole ones. */
function now(): number {
  return performance.timeOrigin + performance.now();
}
