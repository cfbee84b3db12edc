import type { OnError } from '#ui/api/types';

/** How a rule treats a value that it cannot compare or compute with. */
export const ON_ERRORS: readonly { readonly value: OnError; readonly text: string; readonly means: string }[] = [
  { value: 'no_match', text: 'Is no match', means: '"5000" where the rule compares a number finds nothing, and is counted as an error.' },
  {
    value: 'undecided',
    text: 'Is undecided',
    means: '"5000" where the rule compares a number is reported as undecided, which is not a violation.',
  },
  { value: 'violation', text: 'Is a violation', means: '"5000" where the rule compares a number violates the rule.' },
];
