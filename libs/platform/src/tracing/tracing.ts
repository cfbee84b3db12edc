import type { Attributes, FinishedWork, Traces, Work } from '#base';

/** The value of a request's header, by its name in lower case. */
export type HeaderReader = (name: string) => string | undefined;

/** A span that has begun. */
export interface OpenSpan {
  /** Spans that begin in `run` are below this one. */
  within<Result>(run: () => Result): Result;
  set(attributes: Attributes): void;
  /** Nothing tells of this work: it is about BeTrace's own spans, and to tell of it would never end. */
  disregard(): void;
  end(error?: unknown): void;
}

/** What makes spans (`SpanRecorder`). */
export interface Recorder {
  /** Below the span in which it is called, or, with headers, below the one that they name (W3C Trace Context). */
  begin(work: Work, header?: HeaderReader): OpenSpan;
  tell(work: FinishedWork): void;
  readonly present: OpenSpan | undefined;
  headers(): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Spans about BeTrace's own work. Off, unless `tracing.endpoint` is set: then each call costs a comparison. */
export class Tracing implements Traces {
  constructor(private readonly recorder?: Recorder) {}

  get on(): boolean {
    return this.recorder !== undefined;
  }

  async span<Result>(work: Work, run: () => Promise<Result>, header?: HeaderReader): Promise<Result> {
    if (this.recorder === undefined) return run();
    const span = this.recorder.begin(work, header);
    try {
      const result = await span.within(run);
      span.end();
      return result;
    } catch (error) {
      span.end(error);
      throw error;
    }
  }

  /** A span that its caller ends; undefined when tracing is off. */
  begin(work: Work, header?: HeaderReader): OpenSpan | undefined {
    return this.recorder?.begin(work, header);
  }

  /** Work of another thread. */
  tell(works: readonly FinishedWork[]): void {
    for (const work of works) this.recorder?.tell(work);
  }

  /** The request under way has spans of BeTrace's own and no others. */
  disregard(): void {
    this.recorder?.present?.disregard();
  }

  /** Headers that name the span under way to whom a request is sent. */
  headers(): Readonly<Record<string, string>> {
    return this.recorder?.headers() ?? {};
  }

  /** Nest calls it last. */
  async onApplicationShutdown(): Promise<void> {
    await this.recorder?.stop();
  }
}
