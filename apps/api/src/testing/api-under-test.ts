import { Module } from '@nestjs/common';
import { Log, logSettings, MessagingModule } from '#messaging';
import { CONFIGURATION, type Configuration, createLogger, loadConfiguration, startApp } from '#platform';
import { Store, StoreModule } from '#store';
import { ApiModule } from '../api.module.js';
import { Searches } from '../violations/filter/searches.js';
import { ThreadEntry } from './thread-entry.js';

@Module({
  imports: [
    ThreadEntry,
    MessagingModule.forRootAsync({
      inject: [CONFIGURATION],
      // The writer's thread exists only in the build.
      useFactory: (configuration: Configuration) => ({ ...logSettings(configuration), writer: 'direct' }),
    }),
    StoreModule.forRoot({ kind: 'sqlite' }),
    ApiModule,
  ],
})
class ApiProcess {}

export interface TestAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** The API over a log and a store in memory, for its specs. */
export class ApiUnderTest {
  private constructor(
    readonly url: string,
    readonly log: Log,
    readonly store: Store,
    readonly searches: Searches,
    readonly close: () => Promise<void>,
  ) {}

  static start(...args: readonly string[]): Promise<ApiUnderTest> {
    return ApiUnderTest.startIn({}, ...args);
  }

  static async startIn(environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<ApiUnderTest> {
    const { configuration } = loadConfiguration({ args: ['--http-port=0', '--host=127.0.0.1', ...args], environment });
    const logger = createLogger({ ...configuration.logging, level: 'error', format: 'json' });
    const definition = {
      name: 'api',
      module: () => ApiProcess,
      prepare: ApiModule.prepare,
      publicPaths: ApiModule.publicPaths,
      pagePaths: ApiModule.pagePaths,
    };
    const { app, url } = await startApp(definition, configuration, logger);
    return new ApiUnderTest(url, app.get(Log), app.get(Store), app.get(Searches), () => app.close());
  }

  async ask<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer<T>> {
    const content = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const type: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(this.url + path, { method, headers: { ...type, ...headers }, ...content });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text === '' ? undefined : JSON.parse(text)) as T };
  }
}
