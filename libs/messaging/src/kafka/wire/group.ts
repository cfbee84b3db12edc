import type { WireRequest } from './request.js';
import { WireReader } from './wire-reader.js';
import { compactStringSize, stringSize, WireWriter } from './wire-writer.js';

/** Requests of a static member (KIP-345), each with its `group_instance_id`: kafkajs does not send it. */

export const JOIN_GROUP = 11;
/** Kafka 3.2 and later: a leader that comes back learns that it leads, and that the assignment is unchanged (KIP-814). */
export const JOIN_GROUP_KEEPING_ASSIGNMENT = 9;
const SYNC_GROUP = 14;
const HEARTBEAT = 12;
const LEAVE_GROUP = 13;
const OFFSET_COMMIT = 8;
/** Kafka 2.3 to 4.x. */
const STATIC_VERSION = { syncGroup: 3, heartbeat: 3, leaveGroup: 3, offsetCommit: 7 } as const;
const PROTOCOL_TYPE = 'consumer';
/** Milliseconds that the answer to a join may take beyond the rebalance timeout. */
const NETWORK_MS = 5_000;
const NO_LEADER_EPOCH = -1;

/** A member of a group in one of its generations. */
export interface StaticMember {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly instanceId: string;
}

export interface JoinGroup extends Omit<StaticMember, 'generationId'> {
  /** Milliseconds. */
  readonly sessionTimeout: number;
  readonly rebalanceTimeout: number;
  readonly groupProtocols: readonly { readonly name: string; readonly metadata: Buffer }[];
}

export interface JoinedGroup {
  /** 0 is success; without it the other fields mean nothing. */
  readonly errorCode: number;
  readonly generationId: number;
  readonly leaderId: string;
  readonly memberId: string;
  /** The leader came back: the assignment of this generation stands. */
  readonly skipAssignment: boolean;
  /** For the leader; otherwise empty. */
  readonly members: readonly { readonly memberId: string; readonly instanceId: string | null; readonly memberMetadata: Buffer }[];
}

export function joinGroupRequest(join: JoinGroup): WireRequest<JoinedGroup> {
  return {
    apiKey: JOIN_GROUP,
    apiVersion: JOIN_GROUP_KEEPING_ASSIGNMENT,
    name: 'JoinGroup',
    flexible: true,
    timeout: Math.max(join.rebalanceTimeout, join.sessionTimeout) + NETWORK_MS,
    body: () => [encodeJoin(join)],
    read: readJoined,
  };
}

function encodeJoin({ groupId, sessionTimeout, rebalanceTimeout, memberId, instanceId, groupProtocols }: JoinGroup): Buffer {
  const strings = [groupId, memberId, instanceId, PROTOCOL_TYPE].reduce((sum, text) => sum + compactStringSize(text), 0);
  const protocols = groupProtocols.reduce((sum, { name, metadata }) => sum + compactStringSize(name) + 5 + metadata.length + 1, 5);
  const writer = new WireWriter(Buffer.alloc(strings + 8 + protocols + 2));
  writer.compactString(groupId);
  writer.int32(sessionTimeout);
  writer.int32(rebalanceTimeout);
  writer.compactString(memberId);
  writer.compactString(instanceId);
  writer.compactString(PROTOCOL_TYPE);
  writer.uvarint(groupProtocols.length + 1);
  for (const { name, metadata } of groupProtocols) {
    writer.compactString(name);
    writer.uvarint(metadata.length + 1);
    writer.raw(metadata);
    writer.noTags();
  }
  // No reason.
  writer.uvarint(0);
  writer.noTags();
  return writer.buffer.subarray(0, writer.at);
}

function readJoined(body: Buffer): { value: JoinedGroup; throttle: number } {
  const reader = new WireReader(body);
  reader.tags();
  const throttle = reader.int32();
  const errorCode = reader.int16();
  const generationId = reader.int32();
  // Protocol type and protocol.
  reader.compactString();
  reader.compactString();
  const leaderId = reader.compactString() ?? '';
  const skipAssignment = reader.int8() !== 0;
  const memberId = reader.compactString() ?? '';
  const members = reader.compactArray(() => {
    const member = {
      memberId: reader.compactString() ?? '',
      instanceId: reader.compactString(),
      memberMetadata: reader.view(Math.max(reader.uvarint() - 1, 0)),
    };
    reader.tags();
    return member;
  });
  return { value: { errorCode, generationId, leaderId, memberId, skipAssignment, members }, throttle };
}

export interface Assignment {
  readonly memberId: string;
  readonly memberAssignment: Buffer;
}

/** `groupAssignment` is empty for members that do not lead. */
export function syncGroupRequest(
  member: StaticMember,
  groupAssignment: readonly Assignment[],
): WireRequest<{ readonly errorCode: number; readonly memberAssignment: Buffer }> {
  const body = (): Buffer[] => {
    const size = groupAssignment.reduce(
      (sum, { memberId, memberAssignment }) => sum + stringSize(memberId) + 4 + memberAssignment.length,
      4,
    );
    const writer = writerFor(member, size);
    writer.int32(groupAssignment.length);
    for (const { memberId, memberAssignment } of groupAssignment) {
      writer.string(memberId);
      writer.bytes(memberAssignment);
    }
    return [writer.buffer];
  };
  return {
    apiKey: SYNC_GROUP,
    apiVersion: STATIC_VERSION.syncGroup,
    name: 'SyncGroup',
    body,
    read: (bytes) => {
      const reader = new WireReader(bytes);
      const throttle = reader.int32();
      const errorCode = reader.int16();
      return { value: { errorCode, memberAssignment: reader.view(Math.max(reader.int32(), 0)) }, throttle };
    },
  };
}

/** Answers an error code; 0 is success. */
export function heartbeatRequest(member: StaticMember): WireRequest<number> {
  return {
    apiKey: HEARTBEAT,
    apiVersion: STATIC_VERSION.heartbeat,
    name: 'Heartbeat',
    body: () => [writerFor(member, 0).buffer],
    read: (bytes) => {
      const reader = new WireReader(bytes);
      const throttle = reader.int32();
      return { value: reader.int16(), throttle };
    },
  };
}

/** Takes a static member out of its group permanently. Answers an error code; 0 is success. */
export function leaveGroupRequest({ groupId, memberId, instanceId }: Omit<StaticMember, 'generationId'>): WireRequest<number> {
  const body = (): Buffer[] => {
    const writer = new WireWriter(Buffer.alloc(stringSize(groupId) + 4 + stringSize(memberId) + stringSize(instanceId)));
    writer.string(groupId);
    writer.int32(1);
    writer.string(memberId);
    writer.string(instanceId);
    return [writer.buffer];
  };
  return {
    apiKey: LEAVE_GROUP,
    apiVersion: STATIC_VERSION.leaveGroup,
    name: 'LeaveGroup',
    body,
    read: (bytes) => {
      const reader = new WireReader(bytes);
      const throttle = reader.int32();
      const errorCode = reader.int16();
      const [ofMember = 0] = reader.array(() => {
        reader.string();
        reader.string();
        return reader.int16();
      });
      return { value: errorCode === 0 ? ofMember : errorCode, throttle };
    },
  };
}

export interface CommittedOffset {
  readonly partition: number;
  readonly offset: number;
  readonly metadata: string;
}

/** Commits offsets of one topic. Answers the first error code of a partition; 0 is success. */
export function offsetCommitRequest(member: StaticMember, topic: string, offsets: readonly CommittedOffset[]): WireRequest<number> {
  const body = (): Buffer[] => {
    const partitions = offsets.reduce((sum, { metadata }) => sum + 4 + 8 + 4 + stringSize(metadata), 4);
    const writer = writerFor(member, 4 + stringSize(topic) + partitions);
    writer.int32(1);
    writer.string(topic);
    writer.int32(offsets.length);
    for (const { partition, offset, metadata } of offsets) {
      writer.int32(partition);
      writer.int64(offset);
      writer.int32(NO_LEADER_EPOCH);
      writer.string(metadata);
    }
    return [writer.buffer];
  };
  return {
    apiKey: OFFSET_COMMIT,
    apiVersion: STATIC_VERSION.offsetCommit,
    name: 'OffsetCommit',
    body,
    read: (bytes) => {
      const reader = new WireReader(bytes);
      const throttle = reader.int32();
      const codes = reader.array(() => {
        reader.string();
        return reader.array(() => {
          reader.int32();
          return reader.int16();
        });
      });
      return { value: codes.flat().find((code) => code !== 0) ?? 0, throttle };
    },
  };
}

/** A writer that has written which member it is, with room for `more` bytes. */
function writerFor({ groupId, generationId, memberId, instanceId }: StaticMember, more: number): WireWriter {
  const writer = new WireWriter(Buffer.alloc(stringSize(groupId) + 4 + stringSize(memberId) + stringSize(instanceId) + more));
  writer.string(groupId);
  writer.int32(generationId);
  writer.string(memberId);
  writer.string(instanceId);
  return writer;
}
