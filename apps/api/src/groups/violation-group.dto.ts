import { ApiProperty, ApiPropertyOptional } from '#openapi';
import { SEVERITIES } from '#records';
import type { GroupState, ViolationGroup } from '#store';
import { GROUP_STATES } from './violation-group-query.js';

export class ViolationGroupCounts {
  @ApiProperty({ example: 12 })
  open!: number;

  @ApiProperty({ example: 0 })
  undecided!: number;

  @ApiProperty({ example: 1 })
  retracted!: number;
}

export class GroupAcknowledgement {
  @ApiProperty({ format: 'date-time' })
  at!: string;

  @ApiProperty({ example: 'api-key', description: 'The name of the key that was used, or `anonymous`.' })
  by!: string;
}

/** Violations of one rule and service that share a fingerprint. */
export class ViolationGroupView {
  @ApiProperty({ example: 'grp-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d' })
  id!: string;

  @ApiProperty({ example: 'slow-requests' })
  rule_id!: string;

  @ApiProperty({ example: 'slow-requests', description: 'As in the newest violation.' })
  rule_name!: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity', description: 'Of the newest violation.' })
  severity!: string;

  @ApiProperty({ example: 'checkout' })
  service!: string;

  @ApiPropertyOptional({
    example: '1:9f86d081884c7d65',
    description:
      'What its violations share besides rule and service: a version and a hash of `operation` and `error_kind`. `others`: the rest, if a rule has a hundred groups in a service. Absent while violations of an earlier version are not grouped yet.',
  })
  fingerprint?: string;

  @ApiPropertyOptional({
    example: 'GET /orders/{n}',
    description: 'The name of the span that represents the violation, without numbers, ids and values. Absent when it has none.',
  })
  operation?: string;

  @ApiPropertyOptional({ example: 'step_limit', description: 'Why there is no verdict: a stable code. Absent for violations.' })
  error_kind?: string;

  @ApiProperty({
    enum: GROUP_STATES,
    enumName: 'GroupState',
    description:
      '`new`: first seen in the last 24 hours. `regressed`: it came back in the last 24 hours, after at least 24 hours without violations. `ongoing`: neither, or acknowledged.',
  })
  state!: GroupState;

  @ApiPropertyOptional({ type: GroupAcknowledgement, description: 'Absent if the group is not acknowledged, or came back since.' })
  acknowledged?: GroupAcknowledgement;

  @ApiProperty({ description: 'Its rule is muted now, everywhere or in its service.' })
  muted!: boolean;

  @ApiProperty({
    example: 1699000002.345,
    description: 'Unix seconds of the first violation that was not retracted, deleted ones included.',
  })
  first_seen!: number;

  @ApiProperty({ example: 1699003602.5, description: 'Unix seconds of the last violation that was not retracted.' })
  last_seen!: number;

  @ApiProperty({ example: 12, description: 'How many violations the query selects by its status and times.' })
  count!: number;

  @ApiProperty({ type: ViolationGroupCounts, description: 'How many violations are kept, of all times.' })
  counts!: ViolationGroupCounts;
}

export class ViolationGroupList {
  @ApiProperty({ type: [ViolationGroupView] })
  groups!: readonly ViolationGroupView[];

  @ApiProperty({ description: 'How many groups match the filter, on all pages.', example: 1 })
  total!: number;

  @ApiPropertyOptional({ description: 'Pass as `cursor` for the next page; absent on the last.' })
  next?: string;
}

export function groupView(group: ViolationGroup): ViolationGroupView {
  const { id, ruleId, ruleName, severity, service, state, acknowledged, muted, firstSeen, lastSeen, count, counts } = group;
  const acknowledgement =
    acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, at: new Date(acknowledged.at).toISOString() } };
  const times = { first_seen: firstSeen / 1_000, last_seen: lastSeen / 1_000 };
  const { fingerprint, operation, errorKind } = group;
  const common = {
    ...(fingerprint === '' ? {} : { fingerprint }),
    ...(operation === '' ? {} : { operation }),
    ...(errorKind === '' ? {} : { error_kind: errorKind }),
  };
  return {
    id,
    rule_id: ruleId,
    rule_name: ruleName,
    severity,
    service,
    ...common,
    state,
    ...acknowledgement,
    muted,
    ...times,
    count,
    counts,
  };
}
