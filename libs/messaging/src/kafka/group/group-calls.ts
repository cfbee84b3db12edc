import { brokerError, sendTo, type WireBroker } from '../client/kafkajs.js';
import {
  type Assignment,
  type CommittedOffset,
  heartbeatRequest,
  JOIN_GROUP,
  JOIN_GROUP_KEEPING_ASSIGNMENT,
  type JoinedGroup,
  type JoinGroup,
  joinGroupRequest,
  leaveGroupRequest,
  offsetCommitRequest,
  type StaticMember,
  syncGroupRequest,
} from '../wire/group.js';

/** A member of a group; `instanceId` makes it a static one. */
export type GroupMember = Omit<StaticMember, 'instanceId'> & { readonly instanceId: string | undefined };

/** Whether a coordinator keeps the assignment of static members that come back. */
export function knowsStaticMembers(broker: WireBroker): boolean {
  return (broker.versions?.[JOIN_GROUP]?.maxVersion ?? 0) >= JOIN_GROUP_KEEPING_ASSIGNMENT;
}

/** Joins a group: a static member by a request of our own, any other by kafkajs. Rejects the coordinator's error. */
export async function joinGroup(
  broker: WireBroker,
  join: Omit<JoinGroup, 'instanceId'> & { readonly instanceId: string | undefined },
): Promise<Omit<JoinedGroup, 'errorCode'>> {
  const { instanceId } = join;
  if (instanceId !== undefined) return checked(await sendTo(broker, joinGroupRequest({ ...join, instanceId })));
  const { members, ...joined } = await broker.joinGroup(join);
  return { ...joined, skipAssignment: false, members: members.map((member) => ({ ...member, instanceId: null })) };
}

export async function syncGroup(broker: WireBroker, member: GroupMember, groupAssignment: readonly Assignment[]): Promise<Buffer> {
  if (isStatic(member)) return checked(await sendTo(broker, syncGroupRequest(member, groupAssignment))).memberAssignment;
  return (await broker.syncGroup({ ...member, groupAssignment })).memberAssignment;
}

export async function heartbeat(broker: WireBroker, member: GroupMember): Promise<void> {
  if (isStatic(member)) check(await sendTo(broker, heartbeatRequest(member)));
  else await broker.heartbeat({ groupId: member.groupId, groupGenerationId: member.generationId, memberId: member.memberId });
}

export async function leaveGroup(broker: WireBroker, member: GroupMember): Promise<void> {
  if (isStatic(member)) check(await sendTo(broker, leaveGroupRequest(member)));
  else await broker.leaveGroup(member);
}

export async function commitOffsets(
  broker: WireBroker,
  member: GroupMember,
  topic: string,
  offsets: readonly CommittedOffset[],
): Promise<void> {
  if (isStatic(member)) return check(await sendTo(broker, offsetCommitRequest(member, topic, offsets)));
  const partitions = offsets.map(({ partition, offset, metadata }) => ({ partition, offset: String(offset), metadata }));
  const { groupId, generationId, memberId } = member;
  await broker.offsetCommit({ groupId, groupGenerationId: generationId, memberId, topics: [{ topic, partitions }] });
}

function isStatic(member: GroupMember): member is StaticMember {
  return member.instanceId !== undefined;
}

function checked<Answer extends { readonly errorCode: number }>(answer: Answer): Answer {
  check(answer.errorCode);
  return answer;
}

function check(code: number): void {
  if (code !== 0) throw brokerError(code);
}
