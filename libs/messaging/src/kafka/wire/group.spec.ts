import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import {
  heartbeatRequest,
  joinGroupRequest,
  leaveGroupRequest,
  offsetCommitRequest,
  type StaticMember,
  syncGroupRequest,
} from './group.js';
import type { WireRequest } from './request.js';
import { compactStringSize, WireWriter } from './wire-writer.js';

/** kafkajs has encoders of these versions, without a way to reach them by its broker. */
const load = createRequire(import.meta.url);
interface Encoded {
  readonly apiKey: number;
  readonly apiVersion: number;
  encode(): Promise<{ readonly buffer: Buffer }>;
}
const byKafkajs = (path: string) => load(`kafkajs/src/protocol/requests/${path}/request.js`) as (fields: object) => Encoded;

const member: StaticMember = { groupId: 'grüppe', generationId: 7, memberId: 'evaluator-0-1-abc', instanceId: 'evaluator-0-1' };
const fields = { ...member, groupGenerationId: member.generationId, groupInstanceId: member.instanceId };
const assignment = [
  { memberId: 'evaluator-0-1-abc', memberAssignment: Buffer.from([1, 2, 3]) },
  { memberId: 'other', memberAssignment: Buffer.alloc(0) },
];
const bytesOf = (request: WireRequest<unknown>): Buffer => Buffer.concat(request.body());
const written = (write: (writer: WireWriter) => void): Buffer => {
  const writer = new WireWriter(Buffer.alloc(1_000));
  write(writer);
  return writer.buffer.subarray(0, writer.at);
};

describe('requests of a static member', () => {
  it.each([
    ['syncGroup/v3', syncGroupRequest(member, assignment), { ...fields, groupAssignment: assignment }],
    ['syncGroup/v3', syncGroupRequest(member, []), { ...fields, groupAssignment: [] }],
    ['heartbeat/v3', heartbeatRequest(member), fields],
    ['leaveGroup/v3', leaveGroupRequest(member), { ...fields, members: [fields] }],
  ])('are the bytes of kafkajs: %s', async (path, request, asked) => {
    const theirs = byKafkajs(path)(asked);
    expect([request.apiKey, request.apiVersion]).toEqual([theirs.apiKey, theirs.apiVersion]);
    expect(bytesOf(request)).toEqual((await theirs.encode()).buffer);
  });

  it('a commit of version 7 is one of version 5 with the name and leader epochs', async () => {
    const offsets = [
      { partition: 3, offset: 2 ** 40, metadata: '{"epoch":4}' },
      { partition: 11, offset: 0, metadata: '' },
    ];
    const theirs = byKafkajs('offsetCommit/v5')({
      ...fields,
      topics: [{ topic: 'spans', partitions: offsets.map(({ offset, ...rest }) => ({ ...rest, offset: String(offset) })) }],
    });
    let expected = (await theirs.encode()).buffer;
    const insert = (after: Buffer, bytes: Buffer) => {
      const at = expected.indexOf(after) + after.length;
      expected = Buffer.concat([expected.subarray(0, at), bytes, expected.subarray(at)]);
    };
    insert(
      Buffer.from(member.memberId),
      written((writer) => writer.string(member.instanceId)),
    );
    for (const { partition, offset } of offsets) {
      const place = written((writer) => {
        writer.int32(partition);
        writer.int64(offset);
      });
      insert(place, Buffer.from([255, 255, 255, 255]));
    }
    const request = offsetCommitRequest(member, 'spans', offsets);
    expect([request.apiKey, request.apiVersion]).toEqual([theirs.apiKey, 7]);
    expect(bytesOf(request)).toEqual(expected);
  });

  it('a join of version 9 has compact fields, and no reason', () => {
    const metadata = Buffer.from([9, 8, 7]);
    const request = joinGroupRequest({
      ...member,
      memberId: '',
      sessionTimeout: 10_000,
      rebalanceTimeout: 30_000,
      groupProtocols: [{ name: 'sticky', metadata }],
    });
    const expected = written((writer) => {
      writer.compactString(member.groupId);
      writer.int32(10_000);
      writer.int32(30_000);
      writer.raw(Buffer.from([1]));
      writer.compactString(member.instanceId);
      writer.compactString('consumer');
      writer.raw(Buffer.from([2]));
      writer.compactString('sticky');
      writer.raw(Buffer.from([4, 9, 8, 7, 0]));
      writer.raw(Buffer.from([0, 0]));
    });
    expect([request.apiKey, request.apiVersion, request.flexible]).toEqual([11, 9, true]);
    expect(bytesOf(request)).toEqual(expected);
    // The coordinator answers when all others have joined, too.
    expect(request.timeout).toBeGreaterThan(30_000);
  });

  it('a long name fits', () => {
    const instanceId = 'x'.repeat(249);
    expect(compactStringSize(instanceId)).toBeGreaterThan(250);
    const request = joinGroupRequest({ ...member, instanceId, sessionTimeout: 1, rebalanceTimeout: 1, groupProtocols: [] });
    expect(bytesOf(request).includes(instanceId)).toBe(true);
  });
});

describe('answers to a static member', () => {
  const joined = (errorCode: number, skips: boolean) =>
    written((writer) => {
      writer.noTags();
      writer.int32(12);
      writer.int16(errorCode);
      writer.int32(errorCode === 0 ? 7 : -1);
      for (const name of ['consumer', 'sticky', 'leader-1']) writer.compactString(name);
      writer.int8(skips ? 1 : 0);
      writer.compactString('leader-1');
      writer.uvarint(3);
      for (const [memberId, instanceId] of [['leader-1', 'a'] as const, ['other', undefined] as const]) {
        writer.compactString(memberId);
        if (instanceId === undefined) writer.uvarint(0);
        else writer.compactString(instanceId);
        writer.raw(Buffer.from([3, 5, 6]));
        writer.noTags();
      }
      writer.noTags();
    });
  const join = joinGroupRequest({ ...member, sessionTimeout: 1, rebalanceTimeout: 1, groupProtocols: [] });

  it('a leader learns who is in the group, and that its assignment stands', () => {
    expect(join.read(joined(0, true))).toEqual({
      throttle: 12,
      value: {
        errorCode: 0,
        generationId: 7,
        leaderId: 'leader-1',
        memberId: 'leader-1',
        skipAssignment: true,
        members: [
          { memberId: 'leader-1', instanceId: 'a', memberMetadata: Buffer.from([5, 6]) },
          { memberId: 'other', instanceId: null, memberMetadata: Buffer.from([5, 6]) },
        ],
      },
    });
    expect(join.read(joined(0, false)).value.skipAssignment).toBe(false);
    expect(join.read(joined(82, false)).value.errorCode).toBe(82);
  });

  it('an assignment, a heartbeat and a commit say what is wrong', () => {
    const synced = written((writer) => {
      writer.int32(5);
      writer.int16(27);
      writer.bytes(Buffer.from([1, 2]));
    });
    expect(syncGroupRequest(member, []).read(synced)).toEqual({
      throttle: 5,
      value: { errorCode: 27, memberAssignment: Buffer.from([1, 2]) },
    });
    expect(heartbeatRequest(member).read(Buffer.from([0, 0, 0, 3, 0, 82]))).toEqual({ throttle: 3, value: 82 });
    const committed = (code: number) =>
      written((writer) => {
        writer.int32(0);
        writer.int32(1);
        writer.string('spans');
        writer.int32(2);
        for (const [partition, errorCode] of [[3, 0] as const, [4, code] as const]) {
          writer.int32(partition);
          writer.int16(errorCode);
        }
      });
    expect(offsetCommitRequest(member, 'spans', []).read(committed(0)).value).toBe(0);
    expect(offsetCommitRequest(member, 'spans', []).read(committed(82)).value).toBe(82);
  });

  it('leaving fails for the group, or for the member', () => {
    const left = (group: number, one: number) =>
      written((writer) => {
        writer.int32(0);
        writer.int16(group);
        writer.int32(1);
        writer.string('m');
        writer.string('i');
        writer.int16(one);
      });
    const { read } = leaveGroupRequest(member);
    expect([read(left(0, 0)).value, read(left(16, 0)).value, read(left(0, 82)).value]).toEqual([0, 16, 82]);
  });
});
