import type { WireRequest } from './request.js';
import { WireReader } from './wire-reader.js';
import { compactStringSize, WireWriter } from './wire-writer.js';

export const METADATA = 3;
/** Kafka 2.8 and later: topics have ids. */
export const METADATA_WITH_IDS = 10;

/** A broker's answer about the cluster and some topics. */
export interface ClusterMetadata {
  readonly brokers: readonly { readonly nodeId: number; readonly host: string; readonly port: number; readonly rack: string | null }[];
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly topicMetadata: readonly TopicMetadata[];
}

export interface TopicMetadata {
  /** 0 is success. */
  readonly topicErrorCode: number;
  readonly topic: string;
  /** 32 hex digits: a new topic of the same name has another id. */
  readonly topicId?: string;
  readonly partitionMetadata: readonly PartitionMetadata[];
}

export interface PartitionMetadata {
  readonly partitionErrorCode: number;
  readonly partitionId: number;
  /** Node id; -1 when there is none now. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

/** Requests these topics (none: only the brokers), and creates none. */
export function metadataRequest(topics: readonly string[]): WireRequest<ClusterMetadata> {
  const body = (): Buffer[] => [encode(topics)];
  return { apiKey: METADATA, apiVersion: METADATA_WITH_IDS, name: 'Metadata', flexible: true, body, read: readMetadata };
}

function encode(topics: readonly string[]): Buffer {
  const size = topics.reduce((sum, topic) => sum + 16 + compactStringSize(topic) + 1, 5 + 3 + 1);
  const writer = new WireWriter(Buffer.alloc(size));
  writer.uvarint(topics.length + 1);
  for (const topic of topics) {
    writer.uuid('0'.repeat(32));
    writer.compactString(topic);
    writer.noTags();
  }
  // No creation of topics, no authorized operations of cluster and topics.
  for (let i = 0; i < 3; i++) writer.int8(0);
  writer.noTags();
  return writer.buffer.subarray(0, writer.at);
}

function readMetadata(body: Buffer): { value: ClusterMetadata; throttle: number } {
  const reader = new WireReader(body);
  reader.tags();
  const throttle = reader.int32();
  const brokers = reader.compactArray(() => {
    const broker = { nodeId: reader.int32(), host: reader.compactString() ?? '', port: reader.int32(), rack: reader.compactString() };
    reader.tags();
    return broker;
  });
  const clusterId = reader.compactString();
  const controllerId = reader.int32();
  const topicMetadata = reader.compactArray(() => readTopic(reader));
  return { value: { brokers, clusterId, controllerId, topicMetadata }, throttle };
}

function readTopic(reader: WireReader): TopicMetadata {
  const topicErrorCode = reader.int16();
  const topic = reader.compactString() ?? '';
  const topicId = reader.uuid();
  reader.int8();
  const partitionMetadata = reader.compactArray(() => readPartition(reader));
  reader.int32();
  reader.tags();
  return { topicErrorCode, topic, topicId, partitionMetadata };
}

function readPartition(reader: WireReader): PartitionMetadata {
  const partitionErrorCode = reader.int16();
  const partitionId = reader.int32();
  const leader = reader.int32();
  reader.int32();
  const [replicas = [], isr = []] = [0, 1, 2].map(() => reader.compactArray(() => reader.int32()));
  reader.tags();
  return { partitionErrorCode, partitionId, leader, replicas, isr };
}
