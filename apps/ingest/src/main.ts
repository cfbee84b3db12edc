import { Module } from '@nestjs/common';
import { logReport, MessagingModule, sharedLogSettings } from '#messaging';
import { CONFIGURATION, LOGGER, runApp } from '#platform';
import { IngestModule } from './ingest.module.js';

@Module({
  imports: [
    MessagingModule.forRootAsync({ inject: [CONFIGURATION, LOGGER], useFactory: sharedLogSettings, report: logReport }),
    IngestModule,
  ],
})
class IngestProcess {}

await runApp({ name: 'ingest', signs: false, exports: false, module: () => IngestProcess });
