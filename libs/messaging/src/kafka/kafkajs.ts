// The one place that reaches into kafkajs 2.2.4 (its last release, pinned): what its public API lacks or does wrong.
import { createRequire } from 'node:module';
import type { Broker, Cluster, Kafka, KafkaJSProtocolError } from 'kafkajs';

const load = createRequire(import.meta.url);

const kafkajs = load('kafkajs') as typeof import('kafkajs');
export const KafkaClient = kafkajs.Kafka;
export const { logLevel } = kafkajs;

const protocol = load('kafkajs/src/protocol/error.js') as { createErrorFromCode(code: number): KafkaJSProtocolError };

/** The error of a code in a broker's answer: its `type` is Kafka's name for it. */
export function brokerError(code: number): KafkaJSProtocolError {
  return protocol.createErrorFromCode(code);
}

/** A broker as kafkajs has it at run time: more than its types tell. */
export interface WireBroker extends Pick<Broker, 'isConnected' | 'offsetCommit'> {
  /** `groupId` null fetches nothing; offsets and metadata of the partitions, -1 and '' when nothing is committed. */
  offsetFetch(request: { groupId: string; topics: readonly { topic: string; partitions: readonly { partition: number }[] }[] }): Promise<{
    responses: readonly {
      topic: string;
      partitions: readonly { partition: number; offset: string; metadata: string | null; errorCode: number }[];
    }[];
  }>;
  joinGroup(request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { name: string; metadata: Buffer }[];
  }): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: readonly { memberId: string; memberMetadata: Buffer }[];
  }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  initProducerId(request: { transactionTimeout: number }): Promise<{ producerId: bigint | string | number; producerEpoch: number }>;
  readonly connectionPool: {
    send<Answer>(request: {
      request: { apiKey: number; apiVersion: number; apiName: string; encode(): Promise<{ buf: Buffer; buffer: Buffer }> };
      response: {
        decode(raw: Buffer): Promise<{ value: Answer; clientSideThrottleTime: number }>;
        parse(decoded: { value: Answer }): Promise<Answer>;
      };
    }): Promise<Answer>;
  };
}

/** A connection to all brokers of a cluster, by the one public way to it: what a partition assigner is given. */
export function clusterOf(kafka: Kafka): Cluster {
  let found: Cluster | undefined;
  kafka.consumer({
    groupId: 'unused',
    allowAutoTopicCreation: false,
    partitionAssigners: [
      ({ cluster }) => {
        found = cluster;
        return { name: 'unused', version: 0, assign: async () => [], protocol: () => ({ name: 'unused', metadata: Buffer.alloc(0) }) };
      },
    ],
  });
  return found!;
}

interface RequestQueue {
  pending: readonly unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

/**
 * kafkajs looks at its queue of throttled requests after every answer, by a timer of minus 56 years (TimeoutNegativeWarning of Node),
 * also when nothing waits. The timer is needed only when something does.
 */
function repairThrottleTimer(queue: { prototype: { scheduleCheckPendingRequests(this: RequestQueue): void } }): void {
  queue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(this: RequestQueue) {
    if (this.pending.length === 0 || this.throttleCheckTimeoutId) return;
    const wait = Math.max(this.throttledUntil - Date.now(), 10);
    this.throttleCheckTimeoutId = setTimeout(() => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    }, wait);
  };
}

repairThrottleTimer(load('kafkajs/src/network/requestQueue/index.js'));
