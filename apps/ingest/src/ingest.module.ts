import { Module } from '@nestjs/common';
import { AccountReceived } from './account-received.js';
import { Append } from './append.js';
import { FullPartitionsListener } from './full-partitions-listener.js';
import { Intake } from './intake.js';
import { Readiness } from './readiness.js';
import { KafkaTopics } from './receive/kafka-topics.js';
import { OtlpGrpc } from './receive/otlp-grpc.js';
import { OtlpHttpController } from './receive/otlp-http.controller.js';
import { SpansJsonController } from './receive/spans-json.controller.js';
import { StandardPort } from './receive/standard-port.js';
import { TracesOnlyController } from './receive/traces-only.controller.js';
import { Receiving } from './receiving.js';
import { RefusedRequests } from './refused-requests.js';

/** The receivers and their way into the log. Needs PlatformModule (configuration, metrics) and MessagingModule (the log), which are global. */
@Module({
  controllers: [OtlpHttpController, SpansJsonController, TracesOnlyController],
  providers: [
    AccountReceived,
    Append,
    FullPartitionsListener,
    Intake,
    KafkaTopics,
    OtlpGrpc,
    Readiness,
    Receiving,
    RefusedRequests,
    StandardPort,
  ],
})
export class IngestModule {}
