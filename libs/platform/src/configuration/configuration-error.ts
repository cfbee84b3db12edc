import { CodedError } from '#base';
import { CONFIGURATION_PROBLEMS, type ConfigurationProblemCode } from './problems.js';

/** One thing wrong with the configuration. */
export interface ConfigurationProblem {
  /** Key, flag or variable that is wrong. */
  readonly key: string;
  readonly source: string;
  readonly message: string;
}

/** Everything wrong with the configuration, at once; `message` is what the user reads, without a stack. */
export class ConfigurationError extends CodedError {
  override readonly name = 'ConfigurationError';
  readonly code: ConfigurationProblemCode = 'BT_CONFIGURATION_INVALID';
  readonly status = undefined;

  constructor(readonly problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ source, message }) => `\n  - ${source}: ${message}`).join('');
    super(`${CONFIGURATION_PROBLEMS.BT_CONFIGURATION_INVALID.message.replace(' {problems}', () => lines)}`);
  }
}

/** Where the readers of the sources collect errors. */
export class ProblemCollector {
  readonly problems: ConfigurationProblem[] = [];
  add(key: string, source: string, message: string): void {
    this.problems.push({ key, source, message });
  }
  throwIfAny(): void {
    if (this.problems.length > 0) throw new ConfigurationError(this.problems);
  }
}

/** Ends a sentence, with the nearest known name when there is one. */
export const didYouMean = (name: string | undefined): string => (name === undefined ? '.' : `. Did you mean ${name}?`);
