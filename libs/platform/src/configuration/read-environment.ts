import { type Found, KEYS } from './keys.js';
import { nearest } from './suggest.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables BeTrace reads beside those of the keys. */
const OTHER_VARIABLES = ['BETRACE_CONFIG'];

/** Variables that others read, and that say nothing to BeTrace: why not. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  OTEL_BSP_MAX_QUEUE_SIZE: 'violations wait for their export in the violations log, which has no such limit',
};

/** Set and not empty (an empty variable counts as unset, as OpenTelemetry has it); first name of a key that is set. */
export function readEnvironment(environment: Environment): Found[] {
  return KEYS.flatMap((key): Found[] => {
    const name = key.setting.env.find((candidate) => environment[candidate]?.trim());
    return name === undefined ? [] : [{ key, value: environment[name], source: `environment variable ${name}` }];
  });
}

/**
 * Notices for variables that look like a mistyped one of ours. Not errors: the environment belongs to everyone (Kubernetes
 * puts BETRACE_…_SERVICE_HOST there by itself for a service called betrace-…).
 */
export function mistypedVariables(environment: Environment, signatureKeyEnv: string): string[] {
  const known = [...KEYS.flatMap((key) => key.setting.env), ...OTHER_VARIABLES, signatureKeyEnv];
  return Object.keys(environment)
    .filter((name) => name.startsWith('BETRACE_') && !known.includes(name))
    .flatMap((name) => {
      const meant = nearest(name, known, 2);
      return meant === undefined ? [] : [`environment variable ${name} is not one that BeTrace reads; did you mean ${meant}?`];
    });
}

/** Notices for variables that are set and change nothing. */
export function ineffectiveVariables(environment: Environment): string[] {
  return Object.entries(WITHOUT_EFFECT)
    .filter(([name]) => environment[name]?.trim())
    .map(([name, reason]) => `environment variable ${name} has no effect: ${reason}`);
}
