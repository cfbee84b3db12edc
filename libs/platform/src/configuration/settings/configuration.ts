import type { SCHEMA } from './schema.js';
import type { SettingType } from './setting.js';

type Value<S> = S extends { readonly type: SettingType<infer T> } ? (S extends { readonly default: unknown } ? T : T | undefined) : never;

/** The values of the schema's keys: `configuration.server.httpPort`. Durations are milliseconds, sizes bytes. */
export type Declared = { readonly [G in keyof typeof SCHEMA]: { readonly [K in keyof (typeof SCHEMA)[G]]: Value<(typeof SCHEMA)[G][K]> } };

/** The configuration, including values that depend on several keys. */
export type Configuration = Omit<Declared, 'server' | 'storage' | 'process'> & {
  readonly server: Omit<Declared['server'], 'host'> & { readonly host: string };
  readonly storage: Omit<Declared['storage'], 'type'> & { readonly type: 'disk' | 'memory' };
  readonly process: Omit<Declared['process'], 'environment'> & { readonly environment: 'development' | 'production' };
};

/** Injection token: `@Inject(CONFIGURATION) configuration: Configuration`. */
export const CONFIGURATION = Symbol('Configuration');
