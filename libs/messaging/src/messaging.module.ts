import type { DynamicModule, FactoryProvider } from '@nestjs/common';
import { Log } from './log.js';
import { type LogReport, silent } from './log-report.js';
import { openLog } from './open-log.js';
import type { LogSettings } from './settings.js';

/** Closes the log in the last hook of Nest's shutdown, when its users have stopped. */
class LogCloser {
  constructor(private readonly log: Log) {}

  async onApplicationShutdown(): Promise<void> {
    await this.log.close();
  }
}

/** The providers of the settings, as in other dynamic modules of Nest. */
export interface MessagingModuleOptions {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...dependencies: never[]) => LogSettings | Promise<LogSettings>;
  /** From the same dependencies: the receiver of the log's reports. */
  readonly report?: (...dependencies: never[]) => LogReport;
}

/**
 * Provides the one `Log` of the process, everywhere. Only types of Nest are imported, so that worker threads, which use
 * this lib without Nest, do not load it.
 */
// biome-ignore lint/complexity/noStaticOnlyClass: the form of a Nest module.
export class MessagingModule {
  static forRoot(settings: LogSettings): DynamicModule {
    return MessagingModule.forRootAsync({ useFactory: () => settings });
  }

  static forRootAsync({ inject = [], useFactory, report = () => silent }: MessagingModuleOptions): DynamicModule {
    return {
      module: MessagingModule,
      global: true,
      providers: [
        {
          provide: Log,
          inject,
          useFactory: async (...dependencies: never[]) => openLog(await useFactory(...dependencies), report(...dependencies)),
        },
        { provide: LogCloser, inject: [Log], useFactory: (log: Log) => new LogCloser(log) },
      ],
      exports: [Log],
    };
  }
}
