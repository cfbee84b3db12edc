import { Module } from '@nestjs/common';
import { logSettings, MessagingModule } from '#messaging';
import { CONFIGURATION, runApp } from '#platform';
import { StoreModule, storeSettings } from '#store';
import { ApiModule } from './api.module.js';

@Module({
  imports: [
    MessagingModule.forRootAsync({ inject: [CONFIGURATION], useFactory: logSettings }),
    StoreModule.forRootAsync({ inject: [CONFIGURATION], useFactory: storeSettings }),
    ApiModule,
  ],
})
class ApiProcess {}

await runApp({ name: 'api', module: () => ApiProcess, prepare: ApiModule.prepare, publicPaths: ApiModule.publicPaths });
