import { existsSync, readFileSync } from 'node:fs';
import { withoutLogin } from '#base';
import { ProblemCollector } from './configuration-error.js';
import { decide } from './decide.js';
import { type Environment, ineffectiveVariables, mistypedVariables, readEnvironment } from './read-environment.js';
import { readFile } from './read-file.js';
import { readFlags } from './read-flags.js';
import type { Configuration, Declared } from './settings/configuration.js';
import { type GivenValue, KEYS } from './settings/keys.js';

export interface LoadOptions {
  /** Without node and script: `process.argv.slice(2)`. */
  readonly args?: readonly string[];
  readonly environment?: Environment;
  /** The directory of the default `./betrace.yaml`. */
  readonly directory?: string;
  /** Whether standard output is a terminal: logs are text unless configured otherwise. */
  readonly terminal?: boolean;
  /** Whether this process exports violations (default); others need no notices about it. */
  readonly exports?: boolean;
}

export interface LoadedConfiguration {
  readonly configuration: Configuration;
  /** Notices for users, one sentence each; logged as warnings at the start. */
  readonly notices: readonly string[];
  /** `--help` was given: the caller prints `helpText()` and ends. */
  readonly help: boolean;
  /** The source of each key's value; absent: the default. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Loads the configuration from flags, environment variables, `betrace.yaml` and defaults, in this order of precedence. Throws a ConfigurationError that lists
 * all mistakes.
 */
export function loadConfiguration(options: LoadOptions = {}): LoadedConfiguration {
  const { args = [], environment = {}, directory = '.', terminal = false, exports = true } = options;
  const problems = new ProblemCollector();
  const flags = readFlags(args, problems);
  const file = readConfigurationFile(flags.config, environment, directory, problems);

  const values = new Map<string, unknown>();
  const sources = new Map<string, string>();
  for (const found of [...file, ...readEnvironment(environment), ...flags.found]) {
    const value = parse(found, problems);
    if (value === undefined) continue;
    values.set(found.key.name, value);
    sources.set(found.key.name, found.source);
  }
  const testMode = values.get('process.test_mode') === true;
  if (terminal && !values.has('logging.format')) values.set('logging.format', 'text');

  const declared: Record<string, Record<string, unknown>> = {};
  for (const { name, path, setting } of KEYS) {
    const fallback = testMode ? (setting.testDefault ?? setting.default) : setting.default;
    declared[path[0]] = { ...declared[path[0]], [path[1]]: values.get(name) ?? fallback };
  }
  const decided = decide(declared as unknown as Declared, environment, problems, exports);
  problems.throwIfAny();
  const mistyped = mistypedVariables(environment, decided.configuration.compliance.signatureKeyEnv);
  const notices = [...mistyped, ...ineffectiveVariables(environment), ...decided.notices];
  return { configuration: decided.configuration, notices, help: flags.help, sources };
}

function readConfigurationFile(
  flag: string | undefined,
  environment: Environment,
  directory: string,
  problems: ProblemCollector,
): readonly GivenValue[] {
  const named = flag ?? (environment.BETRACE_CONFIG?.trim() || undefined);
  const path = named ?? `${directory}/betrace.yaml`;
  if (named === undefined && !existsSync(path)) return [];
  const shown = named ?? 'betrace.yaml';
  try {
    return readFile(readFileSync(path, 'utf8'), shown, problems);
  } catch (error) {
    const source = flag === undefined ? 'environment variable BETRACE_CONFIG' : 'flag --config';
    problems.add('config', source, `${shown} cannot be read: ${(error as Error).message}`);
    return [];
  }
}

/** A value as JSON, without the logins of addresses in it. */
function shownValue(value: unknown): string {
  return JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"/g, (literal) =>
    literal.includes('@') ? `"${withoutLogin(literal.slice(1))}` : literal,
  );
}

function parse({ key, value, source }: GivenValue, problems: ProblemCollector): unknown {
  const parsed = key.setting.type.parse(value);
  if (parsed !== undefined) return parsed;
  const shown = key.setting.secret ? 'its value' : shownValue(value);
  const serviceLink = typeof value === 'string' && /^tcp:\/\/[\d.]+:\d+$/.test(value);
  const hint = serviceLink ? ' (Kubernetes set it for a service of that name: set enableServiceLinks: false in the pod)' : '';
  problems.add(key.name, source, `${key.name} is ${shown}, expected ${key.setting.type.expected}${hint}`);
  return undefined;
}
