import { filledSentence } from './filled-sentence.js';

/** One kind of problem in a catalogue (`problems.ts`), declared under its code. A code is never reused for another problem. */
export interface CatalogueProblem {
  /** The closest HTTP status, where a request can meet the problem. */
  readonly status?: number;
  /** What happened, where, and what to do; `{names}` are filled in. */
  readonly sentence: string;
}

export type ProblemCatalogue = Readonly<Record<string, CatalogueProblem>>;
export type ProblemValues = Readonly<Record<string, string | number>>;

export interface CatalogueErrorOptions extends ErrorOptions {
  /** The message begins with the code, for errors that an operator meets in the log of the server. */
  readonly codeFirst?: boolean;
}

/** Every error with a stable code is one of these. */
export abstract class CodedError extends Error {
  abstract readonly code: string;
  /** The closest HTTP status, where a request can meet the error. */
  abstract readonly status?: number | undefined;
}

/** An error of a catalogue: its sentence with the values, its code and its status. Each catalogue has a class that extends this. */
export abstract class CatalogueError<Catalogue extends ProblemCatalogue> extends CodedError {
  readonly status: Catalogue[keyof Catalogue]['status'];

  constructor(
    catalogue: Catalogue,
    readonly code: keyof Catalogue & string,
    readonly values: ProblemValues,
    { codeFirst = false, ...options }: CatalogueErrorOptions = {},
  ) {
    const problem = catalogue[code] as Catalogue[keyof Catalogue];
    const filled = filledSentence(problem.sentence, values);
    super(codeFirst ? `${code}: ${filled}` : filled, options);
    this.status = problem.status as Catalogue[keyof Catalogue]['status'];
  }
}
