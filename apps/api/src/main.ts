import { Module } from '@nestjs/common';
import { logReport, MessagingModule, sharedLogSettings } from '#messaging';
import { CONFIGURATION, LOGGER, runApp } from '#platform';
import { StoreModule, serverStoreSettings } from '#store';
import { ApiModule } from './api.module.js';

@Module({
  imports: [
    MessagingModule.forRootAsync({ inject: [CONFIGURATION, LOGGER], useFactory: sharedLogSettings, report: logReport }),
    StoreModule.forRootAsync({ inject: [CONFIGURATION], useFactory: serverStoreSettings }),
    ApiModule,
  ],
})
class ApiProcess {}

const { prepare, publicPaths, pagePaths } = ApiModule;
await runApp({ name: 'api', module: () => ApiProcess, prepare, publicPaths, pagePaths });
