import type { Attributes, FinishedWork, Traces, Work } from '#base';

/** The value of a request's header, by its name in lower case. */
export type HeaderReader = (name: string) => string | undefined;

/** A started span. */
export interface OpenSpan {
  /** Spans that start in `run` are children of this one. */
  within<Result>(run: () => Result): Result;
  set(attributes: Attributes): void;
  /** Drops the span and its children: the work concerns BeTrace's own spans, and tracing it would never end. */
  disregard(): void;
  end(error?: unknown): void;
}

/** Creates spans (`SpanRecorder`). */
export interface Recorder {
  /** Starts a child of the active span or, with headers, of the span that they name (W3C Trace Context). */
  begin(work: Work, header?: HeaderReader): OpenSpan;
  record(work: FinishedWork): void;
  readonly present: OpenSpan | undefined;
  headers(): Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Spans about BeTrace's own work. Off without `tracing.endpoint`: then each call costs one comparison. */
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

  /** Starts a span that its caller ends; undefined when tracing is off. */
  begin(work: Work, header?: HeaderReader): OpenSpan | undefined {
    return this.recorder?.begin(work, header);
  }

  /** Records the work of another thread. */
  record(works: readonly FinishedWork[]): void {
    for (const work of works) this.recorder?.record(work);
  }

  /** Marks the active request as one with only BeTrace's own spans. */
  disregard(): void {
    this.recorder?.present?.disregard();
  }

  /** Headers that name the active span, for outgoing requests. */
  headers(): Readonly<Record<string, string>> {
    return this.recorder?.headers() ?? {};
  }

  /** Nest calls it last. */
  async onApplicationShutdown(): Promise<void> {
    await this.recorder?.stop();
  }
}
