import { WireReader } from '../wire/wire-reader.js';
import { stringSize, WireWriter } from '../wire/wire-writer.js';

/** Kafka's own forms (ConsumerProtocolSubscription version 2, ConsumerProtocolAssignment version 0): its tools show them. */
const SUBSCRIPTION_VERSION = 2;
const ASSIGNMENT_VERSION = 0;

/** What a member tells the leader of its group when it joins. */
export interface MemberSubscription {
  readonly topic: string;
  /** Partitions that it works on, and in which generation it got them. */
  readonly owned: readonly number[];
  readonly generation: number;
}

export function writeSubscription({ topic, owned, generation }: MemberSubscription): Buffer {
  const writer = new WireWriter(Buffer.alloc(2 + 4 + stringSize(topic) + 4 + partitionsSize(topic, owned) + 4));
  writer.int16(SUBSCRIPTION_VERSION);
  writer.int32(1);
  writer.string(topic);
  // No user data.
  writer.int32(-1);
  writePartitions(writer, topic, owned);
  writer.int32(generation);
  return writer.buffer;
}

/** Undefined for data of another form. */
export function readSubscription(bytes: Buffer): MemberSubscription | undefined {
  try {
    const reader = new WireReader(bytes);
    if (reader.int16() < SUBSCRIPTION_VERSION) return undefined;
    const [topic] = reader.array(() => reader.string() ?? '');
    reader.view(Math.max(reader.int32(), 0));
    const owned = readPartitions(reader, topic ?? '');
    return topic === undefined ? undefined : { topic, owned, generation: reader.int32() };
  } catch {
    return undefined;
  }
}

export function writeAssignment(topic: string, partitions: readonly number[]): Buffer {
  const writer = new WireWriter(Buffer.alloc(2 + partitionsSize(topic, partitions) + 4));
  writer.int16(ASSIGNMENT_VERSION);
  writePartitions(writer, topic, partitions);
  writer.int32(-1);
  return writer.buffer;
}

/** The partitions of `topic` in an assignment; none in one that is empty. */
export function readAssignment(bytes: Buffer, topic: string): number[] {
  if (bytes.length < 2) return [];
  const reader = new WireReader(bytes);
  reader.int16();
  return readPartitions(reader, topic);
}

function partitionsSize(topic: string, partitions: readonly number[]): number {
  return 4 + (partitions.length > 0 ? stringSize(topic) + 4 + 4 * partitions.length : 0);
}

function writePartitions(writer: WireWriter, topic: string, partitions: readonly number[]): void {
  writer.int32(partitions.length > 0 ? 1 : 0);
  if (partitions.length === 0) return;
  writer.string(topic);
  writer.int32(partitions.length);
  for (const partition of partitions) writer.int32(partition);
}

function readPartitions(reader: WireReader, topic: string): number[] {
  return reader
    .array(() => ({ name: reader.string(), partitions: reader.array(() => reader.int32()) }))
    .filter(({ name }) => name === topic)
    .flatMap(({ partitions }) => partitions);
}
