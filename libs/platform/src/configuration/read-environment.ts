import { type GivenValue, KEYS } from './settings/keys.js';
import { suggest } from './suggest.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that BeTrace reads in addition to those of the keys. */
const OTHER_VARIABLES = ['BETRACE_CONFIG'];

/** Variables of other programs that BeTrace ignores, with the reason. */
const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  OTEL_BSP_MAX_QUEUE_SIZE: 'violations wait for their export in the violations log, which has no such limit',
};

/** The values of the keys in the environment. An empty variable counts as unset, as in OpenTelemetry; the first variable of a key that is set counts. */
export function readEnvironment(environment: Environment): GivenValue[] {
  return KEYS.flatMap((key): GivenValue[] => {
    const name = key.setting.env.find((candidate) => environment[candidate]?.trim());
    return name === undefined ? [] : [{ key, value: environment[name], source: `environment variable ${name}` }];
  });
}

/**
 * Notices for variables that look like a mistyped one of BeTrace's. They are not errors, because other programs set variables too: Kubernetes sets
 * BETRACE_…_SERVICE_HOST for a service named betrace-….
 */
export function mistypedVariables(environment: Environment, signatureKeyEnv: string): string[] {
  const variables = [...KEYS.flatMap((key) => key.setting.env), ...OTHER_VARIABLES, signatureKeyEnv];
  return Object.keys(environment)
    .filter((name) => name.startsWith('BETRACE_') && !variables.includes(name))
    .flatMap((name) => {
      const meant = suggest(name, variables, 2);
      return meant === undefined ? [] : [`environment variable ${name} is not one that BeTrace reads; did you mean ${meant}?`];
    });
}

/** Notices for variables that are set but ignored. */
export function ineffectiveVariables(environment: Environment): string[] {
  return Object.entries(WITHOUT_EFFECT)
    .filter(([name]) => environment[name]?.trim())
    .map(([name, reason]) => `environment variable ${name} has no effect: ${reason}`);
}
