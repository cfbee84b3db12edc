import { Module, type Type } from '@nestjs/common';
import { AccountReceived } from './intake/account-received.js';
import { Append } from './intake/append.js';
import { FullPartitionsListener } from './intake/full-partitions-listener.js';
import { Intake } from './intake/intake.js';
import { IngestReadiness } from './intake/readiness.js';
import { RefusedRequests } from './intake/refused-requests.js';
import { OtlpGrpc } from './receive/grpc/otlp-grpc.js';
import { OtlpHttpController } from './receive/http/otlp-http.controller.js';
import { SpansJsonController } from './receive/http/spans-json.controller.js';
import { TracesOnlyController } from './receive/http/traces-only.controller.js';
import { KafkaTopics } from './receive/kafka/kafka-topics.js';
import type { Receiver } from './receive/receiver.js';
import { StandardPort } from './receive/standard-port.js';
import { Receiving } from './receiving.js';

/** The provider of each receiver. */
const RECEIVERS: Readonly<Record<Receiver, { readonly controllers?: readonly Type[]; readonly providers?: readonly Type[] }>> = {
  otlp_http: { controllers: [OtlpHttpController] },
  spans_json: { controllers: [SpansJsonController] },
  otlp_grpc: { providers: [OtlpGrpc] },
  kafka: { providers: [KafkaTopics] },
};
const receivers = Object.values(RECEIVERS);

/** The receivers and their way into the log. Needs PlatformModule (configuration, metrics) and MessagingModule (the log), which are global. */
@Module({
  controllers: [...receivers.flatMap(({ controllers = [] }) => controllers), TracesOnlyController],
  providers: [
    AccountReceived,
    Append,
    FullPartitionsListener,
    Intake,
    ...receivers.flatMap(({ providers = [] }) => providers),
    IngestReadiness,
    Receiving,
    RefusedRequests,
    StandardPort,
  ],
})
export class IngestModule {}
