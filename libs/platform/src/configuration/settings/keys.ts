import { SCHEMA } from './schema.js';
import type { Setting } from './setting.js';

/** A setting with its names in all sources. */
export interface ConfigurationKey {
  /** As in `betrace.yaml`: `server.http_port`. */
  readonly name: string;
  /** Group and key in `Configuration`. */
  readonly path: readonly [string, string];
  readonly setting: Setting<unknown>;
  /** The short flag, if any, then `--server.http_port`; none for secrets. */
  readonly flags: readonly string[];
}

const snake = (camel: string) => camel.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** All keys, in the order of the schema. */
export const KEYS: readonly ConfigurationKey[] = Object.entries(
  SCHEMA as Readonly<Record<string, Readonly<Record<string, Setting<unknown>>>>>,
).flatMap(([group, settings]) =>
  Object.entries(settings).map(([key, setting]): ConfigurationKey => {
    const name = `${snake(group)}.${snake(key)}`;
    const flags = setting.secret ? [] : [...(setting.flag ? [setting.flag] : []), `--${name}`];
    return { name, path: [group, key], setting, flags };
  }),
);

/** The value of a key in one source. */
export interface GivenValue {
  readonly key: ConfigurationKey;
  readonly value: unknown;
  /** For errors: `environment variable LOG_LEVEL`, `flag --log-level`, `betrace.yaml, line 3`. */
  readonly source: string;
}
