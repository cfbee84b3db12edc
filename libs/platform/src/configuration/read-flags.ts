import { withoutLogin } from '#base';
import { didYouMean, type ProblemCollector } from './configuration-error.js';
import { type ConfigurationKey, type GivenValue, KEYS } from './settings/keys.js';
import { suggest } from './suggest.js';

export interface Flags {
  readonly found: readonly GivenValue[];
  /** Value of `--config`. */
  readonly config: string | undefined;
  readonly help: boolean;
}

const BY_FLAG = new Map<string, ConfigurationKey>(KEYS.flatMap((key) => key.flags.map((flag) => [flag, key] as const)));

/** Flags as `--name=value` or `--name value`; a boolean one may stand alone. The last of several counts. */
export function readFlags(args: readonly string[], problems: ProblemCollector): Flags {
  const found: GivenValue[] = [];
  let config: string | undefined;
  let help = false;
  for (let i = 0; i < args.length; i++) {
    const argument = args[i] ?? '';
    const [name = '', inline] = splitFlag(argument);
    const source = `flag ${name}`;
    if (name === '--help' || name === '-h') {
      help = true;
      continue;
    }
    const key = BY_FLAG.get(name);
    if (key === undefined && name !== '--config') {
      // The log must not show the value of a secret.
      const secret = secretOf(name);
      const shown = withoutLogin(name);
      problems.add(shown, `argument ${secret || inline === undefined ? shown : `${shown}=…`}`, explainUnknown(name, secret));
      if (secret && inline === undefined && args[i + 1]?.startsWith('--') === false) i++;
      continue;
    }
    const next = args[i + 1];
    const isBoolean = key?.setting.type.name === 'boolean';
    const takesNext = inline === undefined && next !== undefined && !next.startsWith('--') && !(isBoolean && !/^(true|false)$/i.test(next));
    if (takesNext) i++;
    const value = inline ?? (takesNext ? next : isBoolean ? 'true' : undefined);
    if (value === undefined || value === '') problems.add(name, source, `needs a value: ${name}=…`);
    else if (key === undefined) config = value;
    else found.push({ key, value, source });
  }
  return { found, config, help };
}

function splitFlag(argument: string): [string, string | undefined] {
  const equals = argument.indexOf('=');
  return equals < 0 ? [argument, undefined] : [argument.slice(0, equals), argument.slice(equals + 1)];
}

/** Secrets by the flags that users try, after the key and after the variable; secrets have no flags. */
const SECRETS = new Map<string, ConfigurationKey>(
  KEYS.filter(({ setting }) => setting.secret).flatMap((key) =>
    [`--${key.name}`, ...(key.setting.flag ? [key.setting.flag] : []), ...key.setting.env.map(flagOf)].map((flag) => [flag, key] as const),
  ),
);

/** `--database-url` of `DATABASE_URL`. */
function flagOf(variable: string): string {
  return `--${variable.toLowerCase().replaceAll('_', '-')}`;
}

/** The secret that an unknown flag means. It may be misspelt, or be a variable among the flags. */
function secretOf(name: string): ConfigurationKey | undefined {
  const flag = name.startsWith('-') ? name : flagOf(name);
  return SECRETS.get(suggest(flag, [...BY_FLAG.keys(), ...SECRETS.keys()]) ?? '');
}

function explainUnknown(name: string, secret: ConfigurationKey | undefined): string {
  if (secret) return `${secret.name} is a secret, and process lists show flags: set the environment variable ${secret.setting.env[0]}`;
  if (!name.startsWith('-')) return 'is not a flag; BeTrace takes only flags, such as --config=betrace.yaml';
  return `unknown flag${didYouMean(suggest(name, [...BY_FLAG.keys(), '--config', '--help']))} --help lists all`;
}
