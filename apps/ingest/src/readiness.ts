import { Inject, Injectable } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Log } from '#messaging';
import { exposeFilesLost, HealthRecorder, lookAfterLogSettings } from '#platform';

/** Ingest is ready when the log can be written, whatever keeps what is behind it from being judged. */
@Injectable()
export class Readiness {
  constructor(log: Log, health: HealthRecorder, @Inject(Registry) registry: Registry) {
    health.receives();
    health.register('storage', () => log.check());
    lookAfterLogSettings(health, log);
    exposeFilesLost(registry, 'log', () => log.filesLost());
  }
}
