// A producer that knows nothing of BeTrace: spans of the OpenTelemetry SDK, written to Kafka with a plain client.
//   node scripts/run.mjs exec examples/kafka-producer/main.js --topic otlp_spans --encoding json
// docs/kafka-topics.md says what each topic expects.
import { parseArgs } from 'node:util';
import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Kafka, Partitioners } from 'kafkajs';

const { values } = parseArgs({
  options: {
    brokers: { type: 'string', default: process.env['KAFKA_BROKERS'] ?? '127.0.0.1:9092' },
    topic: { type: 'string', default: 'betrace.spans' },
    /** `protobuf` or `json`; `betrace.spans` takes protobuf only. */
    encoding: { type: 'string', default: 'protobuf' },
    traces: { type: 'string', default: '10' },
  },
});

const spans = recordTraces(Number(values.traces));
const serializer = values.encoding === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer;

const kafka = new Kafka({ clientId: 'example-producer', brokers: values.brokers.split(',') });
await createTopic(values.topic);
// The default partitioner is murmur2 of the key, as in Kafka's Java client.
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, idempotent: true });
await producer.connect();
for (const [traceId, ofTrace] of Map.groupBy(spans, (span) => span.spanContext().traceId)) {
  // The key is the trace id, 32 lower-case hex digits: so all spans of a trace go to one partition.
  const value = Buffer.from(serializer.serializeRequest(ofTrace) ?? []);
  await producer.send({ topic: values.topic, acks: -1, messages: [{ key: traceId, value }] });
}
await producer.disconnect();
console.log(`${spans.length} spans of ${values.traces} traces were written to ${values.topic}; every trace has a payment of 1.5 s`);

/** Each a checkout with a slow payment below it. */
function recordTraces(count: number): readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'example-shop' }),
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('example');
  const now = Date.now();
  for (let n = 0; n < count; n++) {
    const checkout = tracer.startSpan('checkout', { startTime: now }, ROOT_CONTEXT);
    const payment = tracer.startSpan(
      'payment',
      { startTime: now, attributes: { 'order.number': n } },
      trace.setSpan(ROOT_CONTEXT, checkout),
    );
    payment.end(now + 1_500);
    checkout.end(now + 1_600);
  }
  return exporter.getFinishedSpans();
}

/** BeTrace creates its own topics; the producer creates others. */
async function createTopic(topic: string): Promise<void> {
  if (topic.startsWith('betrace.')) return;
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic }], waitForLeaders: true });
  await admin.disconnect();
}
