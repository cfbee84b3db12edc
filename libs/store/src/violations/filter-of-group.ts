import type { Queries } from '../schema.js';
import { groupId as idOf } from '../violation-groups/group-id.js';
import type { ViolationFilter } from './violation-query.js';

/** Of a group without a fingerprint the violations have no group yet: they are found by its rule and service. */
export async function filterOfGroup(queries: Queries, filter: ViolationFilter): Promise<ViolationFilter> {
  const { groupId, ...others } = filter;
  if (groupId === undefined) return filter;
  const group = await queries.selectFrom('violation_groups').select(['rule_id', 'service']).where('id', '=', groupId).executeTakeFirst();
  if (group === undefined || idOf(group.rule_id, group.service) !== groupId) return filter;
  const { rule_id, service } = group;
  const isOther = (others.ruleId ?? rule_id) !== rule_id || (others.service ?? service) !== service;
  return { ...others, ruleId: rule_id, service, ungrouped: true, ...(isOther ? { severity: [] } : {}) };
}
