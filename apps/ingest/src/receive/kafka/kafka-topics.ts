import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Registry } from 'prom-client';
import { DeadLetters, Log } from '#messaging';
import {
  CLOCK,
  type Clock,
  CONFIGURATION,
  type Configuration,
  exposeLag,
  HealthRecorder,
  LOGGER,
  type Logger,
  Shutdown,
  StartError,
} from '#platform';
import { TOPICS } from '#records';
import { Intake } from '../../intake/intake.js';
import { KafkaTopic } from './kafka-topic.js';
import { MissingTopics } from './missing-topics.js';
import { parseReceivedTopic, type ReceivedTopic, TOPIC_ENCODINGS } from './topic-encoding.js';

/** Receives the topics of `kafka.receive_topics`. */
@Injectable()
export class KafkaTopics implements OnApplicationBootstrap {
  private readonly names: readonly ReceivedTopic[];
  private readonly stopping = new AbortController();

  constructor(
    private readonly log: Log,
    private readonly intake: Intake,
    @Inject(CONFIGURATION) { kafka }: Configuration,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly shutdown: Shutdown,
    private readonly health: HealthRecorder,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(Registry) private readonly registry: Registry,
  ) {
    this.names = kafka.receiveTopics.map(receivedTopic);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { names } = this;
    if (names.length === 0) return;
    const waits = (error: Error, pause: number) =>
      this.logger.warn({ err: error, retry_in_ms: pause }, 'log unavailable; retrying the append of unreadable records');
    const tools = {
      log: this.log,
      intake: this.intake,
      deadLetters: new DeadLetters(this.log, waits),
      metrics: this.intake.metrics,
      logger: this.logger,
      signal: this.stopping.signal,
    };
    const topics = names.map((name) => new KafkaTopic(name, tools));
    for (const { name, lag } of topics) {
      exposeLag({ registry: this.registry, log: this.log, gauge: this.intake.metrics.topicLag, topic: name, labels: { topic: name }, lag });
    }
    this.shutdown.register('receive', 'Kafka topics', async () => {
      this.stopping.abort(new Error('stopping'));
      await Promise.all(topics.map((topic) => topic.stop()));
    });
    await Promise.all(topics.map((topic) => topic.start()));
    const missing = new MissingTopics(
      this.log,
      names.map(({ name }) => name),
      this.logger,
      () => this.clock.monotonic(),
    );
    this.health.register('received_topics', () => missing.state());
    this.logger.info({ topics: names }, `receiving spans from the Kafka topics ${names.map(({ name }) => name).join(', ')}`);
  }
}

function receivedTopic(text: string): ReceivedTopic {
  const topic = parseReceivedTopic(text);
  if (topic === undefined) {
    const expected = `a topic's name, or one with its encoding, like otlp_spans:${TOPIC_ENCODINGS.join(' or otlp_spans:')}`;
    throw new StartError(`kafka.receive_topics (KAFKA_RECEIVE_TOPICS) has "${text}"; expected ${expected}`);
  }
  if (Object.values<string>(TOPICS).includes(topic.name)) {
    throw new StartError(`kafka.receive_topics (KAFKA_RECEIVE_TOPICS) has ${topic.name}, which is BeTrace's own: remove it`);
  }
  return topic;
}
