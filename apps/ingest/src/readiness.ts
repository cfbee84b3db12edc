import { Injectable } from '@nestjs/common';
import { Log } from '#messaging';
import { HealthRecorder } from '#platform';

/** Ingest is ready when the log can be written, whatever keeps what is behind it from being judged. */
@Injectable()
export class Readiness {
  constructor(log: Log, health: HealthRecorder) {
    health.receives();
    health.register('storage', () => log.check());
  }
}
