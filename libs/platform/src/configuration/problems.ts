/** Errors that prevent a start, by code. */
export const CONFIGURATION_PROBLEMS = {
  BT_CONFIGURATION_INVALID: {
    message: 'the configuration is invalid: {problems}',
    doc: 'The process does not start. Each line names the flag, the variable or the place in `betrace.yaml`, the option, its value, and what it may be (with the least and the largest value).',
  },
} as const;

export type ConfigurationProblemCode = keyof typeof CONFIGURATION_PROBLEMS;
