import { Injectable } from '@nestjs/common';
import { Log } from '#messaging';
import { HealthRecorder } from '#platform';

/** Ingest is ready when the log can be written. */
@Injectable()
export class Readiness {
  constructor(log: Log, health: HealthRecorder) {
    health.register('storage', () => log.check());
  }
}
