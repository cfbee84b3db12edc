import { logSettings, MessagingModule } from '#messaging';
import { type Configuration, runApp, StartError } from '#platform';
import { IngestModule } from './ingest.module.js';

/** The modules of a process that only ingests. Its log must be one that evaluators in other processes read. */
function ingestAlone(configuration: Configuration) {
  const settings = logSettings(configuration);
  if (settings.kind === 'embedded') {
    const found = configuration.kafka.brokers.length === 0 ? 'KAFKA_BROKERS is not set' : 'this version has no Kafka log';
    throw new StartError(
      `ingest by itself needs Kafka, where evaluators find the spans, and ${found}; "npm start" runs all in one process`,
    );
  }
  return { module: class IngestProcess {}, imports: [MessagingModule.forRoot(settings), IngestModule] };
}

await runApp({ name: 'ingest', signs: false, module: ingestAlone });
