import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Log } from '#messaging';
import { Degraded, exposeFilesLost, HealthRecorder, lookAfterLogSettings } from '#platform';
import { TOPICS } from '#records';

/** Ingest is ready when the log can be written, even if spans are not evaluated. */
@Injectable()
export class IngestReadiness {
  constructor(log: Log, health: HealthRecorder, @Inject(Registry) registry: Registry) {
    health.receives();
    health.register('storage', () => log.check([TOPICS.spans]));
    // Spans are accepted without the other topics; judging continues as far as it can.
    health.register('storage', () =>
      log.check().catch((error: Error) => {
        throw new Degraded(error.message, { cause: error });
      }),
    );
    lookAfterLogSettings(health, log);
    exposeFilesLost(registry, 'log', () => log.filesLost());
  }
}
