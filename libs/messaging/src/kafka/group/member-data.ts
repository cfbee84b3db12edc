import { WireReader } from '../wire/wire-reader.js';
import { stringSize, WireWriter } from '../wire/wire-writer.js';

/** Kafka's own forms (ConsumerProtocolSubscription version 2, ConsumerProtocolAssignment version 0), which its tools show. */
const SUBSCRIPTION_VERSION = 2;
const ASSIGNMENT_VERSION = 0;

/** The data that a member sends to the leader of its group when it joins. */
export interface MemberSubscription {
  readonly topic: string;
  /** Partitions that it works on, and the generation in which it got them. */
  readonly owned: readonly number[];
  readonly generation: number;
  /** See `Candidate`. */
  readonly prepares?: boolean;
  readonly prepared?: readonly number[];
  readonly leaving?: boolean;
}

/** The data that the leader sends to a member. */
export interface MemberAssignment {
  readonly partitions: readonly number[];
  /** Partitions to prepare for. */
  readonly prepare: readonly number[];
  /** Partitions of the assignment are moving between members. */
  readonly moving: boolean;
  /** The topic's number of partitions: a static member may lead the group after its restart, and knows then whether some were added meanwhile. */
  readonly count?: number;
}

export function writeSubscription({ topic, owned, generation, prepares, prepared, leaving }: MemberSubscription): Buffer {
  const data = prepares === true || leaving === true ? { prepares, prepared, leaving } : undefined;
  const user = userDataOf(data);
  const writer = new WireWriter(Buffer.alloc(2 + 4 + stringSize(topic) + 4 + user.length + partitionsSize(topic, owned) + 4));
  writer.int16(SUBSCRIPTION_VERSION);
  writer.int32(1);
  writer.string(topic);
  writeUserData(writer, user);
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
    const { prepares, prepared, leaving } = readUserData(reader);
    const owned = readPartitions(reader, topic ?? '');
    if (topic === undefined) return undefined;
    return {
      topic,
      owned,
      generation: reader.int32(),
      ...(prepares === true ? { prepares, prepared: partitionsOf(prepared) } : {}),
      ...(leaving === true ? { leaving } : {}),
    };
  } catch {
    return undefined;
  }
}

export function writeAssignment(topic: string, { partitions, prepare, moving, count }: MemberAssignment): Buffer {
  const user = userDataOf(prepare.length > 0 || moving || count !== undefined ? { prepare, moving, count } : undefined);
  const writer = new WireWriter(Buffer.alloc(2 + partitionsSize(topic, partitions) + 4 + user.length));
  writer.int16(ASSIGNMENT_VERSION);
  writePartitions(writer, topic, partitions);
  writeUserData(writer, user);
  return writer.buffer;
}

/** The assignment for `topic`; empty in an empty assignment. */
export function readAssignment(bytes: Buffer, topic: string): MemberAssignment {
  if (bytes.length < 2) return { partitions: [], prepare: [], moving: false };
  const reader = new WireReader(bytes);
  reader.int16();
  const partitions = readPartitions(reader, topic);
  const { prepare, moving, count } = readUserData(reader);
  return {
    partitions,
    prepare: partitionsOf(prepare),
    moving: moving === true,
    ...(typeof count === 'number' && Number.isSafeInteger(count) ? { count } : {}),
  };
}

/** The user data of Kafka's protocol: a JSON object here, or nothing. */
function userDataOf(data: object | undefined): Buffer {
  return data === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(data));
}

function writeUserData(writer: WireWriter, user: Buffer): void {
  writer.int32(user.length === 0 ? -1 : user.length);
  writer.raw(user);
}

/** Empty without user data, or for another client's. */
function readUserData(reader: WireReader): Readonly<Record<string, unknown>> {
  if (reader.left < 4) return {};
  const bytes = reader.view(Math.max(reader.int32(), 0));
  try {
    const data: unknown = JSON.parse(bytes.toString('utf8'));
    return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function partitionsOf(value: unknown): number[] {
  return Array.isArray(value) ? value.filter((one): one is number => Number.isSafeInteger(one) && one >= 0) : [];
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
