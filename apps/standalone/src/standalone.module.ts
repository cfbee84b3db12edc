import { Module } from '@nestjs/common';
import { logReport, logSettings, MessagingModule } from '#messaging';
import { CONFIGURATION, LOGGER } from '#platform';
import { StoreModule, serverStoreSettings } from '#store';
import { ApiModule } from '../../api/src/api.module.js';
import { EvaluatorModule } from '../../evaluator/src/evaluator.module.js';
import { IngestModule } from '../../ingest/src/ingest.module.js';

/** The three apps in one process, over one log and one store. */
@Module({
  imports: [
    MessagingModule.forRootAsync({ inject: [CONFIGURATION, LOGGER], useFactory: logSettings, report: logReport }),
    StoreModule.forRootAsync({ inject: [CONFIGURATION], useFactory: serverStoreSettings }),
    IngestModule,
    EvaluatorModule,
    ApiModule,
  ],
})
export class StandaloneModule {}
