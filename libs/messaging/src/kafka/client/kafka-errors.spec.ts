import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { kafkaFailed, topicRefusedToCreate } from './kafka-errors.js';

interface CreateTopicsAnswer {
  readonly topicErrors: readonly { readonly topic: string; readonly errorCode: number }[];
}

const { parse } = createRequire(import.meta.url)('kafkajs/src/protocol/requests/createTopics/v0/response.js') as {
  parse(answer: CreateTopicsAnswer): Promise<unknown>;
};
const [TOPIC_AUTHORIZATION_FAILED, INVALID_REPLICATION_FACTOR] = [29, 38];

/** The error of kafkajs for topics that the brokers do not create. */
const notCreated = (errorCode: number): Promise<unknown> =>
  parse({ topicErrors: ['a', 'b'].map((topic) => ({ topic, errorCode })) }).catch((error: unknown) => error);

describe('an error about several topics', () => {
  it('has the reason of the first one', async () => {
    const { message } = kafkaFailed('create topics', await notCreated(INVALID_REPLICATION_FACTOR));
    expect(message).toContain('Kafka could not create topics: INVALID_REPLICATION_FACTOR: Replication-factor is invalid');
  });

  it('names a topic that the login may not create, and none for another reason', async () => {
    expect(topicRefusedToCreate(await notCreated(TOPIC_AUTHORIZATION_FAILED))).toBe('a');
    expect(topicRefusedToCreate(await notCreated(INVALID_REPLICATION_FACTOR))).toBeUndefined();
  });
});
