import { CodedError } from '#base';
import { CONFIGURATION_PROBLEMS, type ConfigurationProblemCode } from './problems.js';

/** One mistake in the configuration. */
export interface ConfigurationProblem {
  /** The key, flag or variable. */
  readonly key: string;
  readonly source: string;
  readonly message: string;
}

/** All mistakes in the configuration. `message` is shown to the user, without a stack. */
export class ConfigurationError extends CodedError {
  override readonly name = 'ConfigurationError';
  readonly code: ConfigurationProblemCode = 'BT_CONFIGURATION_INVALID';
  readonly status = undefined;

  constructor(readonly problems: readonly ConfigurationProblem[]) {
    const lines = problems.map(({ source, message }) => `\n  - ${source}: ${message}`).join('');
    super(`${CONFIGURATION_PROBLEMS.BT_CONFIGURATION_INVALID.message.replace(' {problems}', () => lines)}`);
  }
}

/** Collects the mistakes that the readers of all sources find. */
export class ProblemCollector {
  readonly problems: ConfigurationProblem[] = [];
  add(key: string, source: string, message: string): void {
    this.problems.push({ key, source, message });
  }
  throwIfAny(): void {
    if (this.problems.length > 0) throw new ConfigurationError(this.problems);
  }
}

/** Ends a sentence with the nearest known name, if there is one. */
export const didYouMean = (name: string | undefined): string => (name === undefined ? '.' : `. Did you mean ${name}?`);
