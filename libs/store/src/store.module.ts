import type { DynamicModule, FactoryProvider } from '@nestjs/common';
import { openStore } from './open-store.js';
import type { StoreSettings } from './settings.js';
import { Store } from './store.js';

/** Closes the store in the last hook of Nest's shutdown, after its users have stopped. */
class StoreCloser {
  constructor(private readonly store: Store) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}

/** How the settings are provided, as in other dynamic modules of Nest. */
export interface StoreModuleOptions {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...dependencies: never[]) => StoreSettings | Promise<StoreSettings>;
}

/** Provides the process's `Store`, open and migrated. It imports only types of Nest, so that the lib does not load Nest. */
// biome-ignore lint/complexity/noStaticOnlyClass: the form of a Nest module.
export class StoreModule {
  static forRoot(settings: StoreSettings): DynamicModule {
    return StoreModule.forRootAsync({ useFactory: () => settings });
  }

  static forRootAsync({ inject = [], useFactory }: StoreModuleOptions): DynamicModule {
    return {
      module: StoreModule,
      global: true,
      providers: [
        { provide: Store, inject, useFactory: async (...dependencies: never[]) => openStore(await useFactory(...dependencies)) },
        { provide: StoreCloser, inject: [Store], useFactory: (store: Store) => new StoreCloser(store) },
      ],
      exports: [Store],
    };
  }
}
