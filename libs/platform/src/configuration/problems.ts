/** Errors that prevent a start, by code. */
export const CONFIGURATION_PROBLEMS = {
  BT_CONFIGURATION_INVALID: {
    message: 'the configuration is invalid: {problems}',
    doc: 'The process does not start. Each line names the flag, the variable or the place in `betrace.yaml`, the option, its value, and the allowed values (with the smallest and the largest).',
  },
} as const;

export type ConfigurationProblemCode = keyof typeof CONFIGURATION_PROBLEMS;
