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

/** The violations of a rule in a service. */
export class ViolationGroupView {
  @ApiProperty({ example: 'grp-6b0c5a1f0d2e4c7b8a9d0e1f2a3b4c5d' })
  id!: string;

  @ApiProperty({ example: 'slow-requests' })
  rule_id!: string;

  @ApiProperty({ example: 'slow-requests', description: 'As the newest violation has it.' })
  rule_name!: string;

  @ApiProperty({ enum: SEVERITIES, enumName: 'Severity', description: 'Of the newest violation.' })
  severity!: string;

  @ApiProperty({ example: 'checkout' })
  service!: string;

  @ApiProperty({
    enum: GROUP_STATES,
    enumName: 'GroupState',
    description:
      '`new`: first seen in the last 24 hours. `regressed`: it came back in the last 24 hours, after 24 hours of quiet or more. `ongoing`: neither, or somebody acknowledged it.',
  })
  state!: GroupState;

  @ApiPropertyOptional({ type: GroupAcknowledgement, description: 'Absent when nobody knows of it, or it came back since.' })
  acknowledged?: GroupAcknowledgement;

  @ApiProperty({ description: 'Its rule is muted now, everywhere or in its service.' })
  muted!: boolean;

  @ApiProperty({
    example: 1699000002.345,
    description: 'Unix seconds of the first violation that was not taken back, also of one that is deleted since.',
  })
  first_seen!: number;

  @ApiProperty({ example: 1699003602.5, description: 'Unix seconds of the last violation that was not taken back.' })
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
  const known = acknowledged === undefined ? {} : { acknowledged: { ...acknowledged, at: new Date(acknowledged.at).toISOString() } };
  const seen = { first_seen: firstSeen / 1_000, last_seen: lastSeen / 1_000 };
  return { id, rule_id: ruleId, rule_name: ruleName, severity, service, state, ...known, muted, ...seen, count, counts };
}
