import { CatalogueError, type ProblemValues } from '#base';

/** The errors of the engine, by code. `{…}` is filled in when the error is made. All are mistakes of the constructor's caller. */
export const ENGINE_PROBLEMS = {
  BT_ENGINE_SETTING: {
    status: 500,
    sentence: 'The assembly setting {setting} is {value}. It must be a whole number of milliseconds (or spans) from {least} to {max}.',
  },
} as const;

export type EngineProblemCode = keyof typeof ENGINE_PROBLEMS;

// Retired codes, never to be used again: none so far.

/** An error of the catalogue. */
export class EngineError extends CatalogueError<typeof ENGINE_PROBLEMS> {
  override readonly name = 'EngineError';

  constructor(code: EngineProblemCode, values: ProblemValues) {
    super(ENGINE_PROBLEMS, code, values);
  }
}
