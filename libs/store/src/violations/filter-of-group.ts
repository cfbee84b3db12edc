import type { Queries } from '../schema.js';
import { groupId as idOf } from '../violation-groups/group-id.js';
import type { ViolationFilter } from './list/violation-query.js';

/** Violations without a fingerprint have no group id: the filter finds them by rule and service. */
export async function filterOfGroup(queries: Queries, filter: ViolationFilter): Promise<ViolationFilter> {
  const { groupId, ...others } = filter;
  if (groupId === undefined) return filter;
  const group = await queries.selectFrom('violation_groups').select(['rule_id', 'service']).where('id', '=', groupId).executeTakeFirst();
  if (group === undefined || idOf(group.rule_id, group.service) !== groupId) return filter;
  const { rule_id, service } = group;
  const isOther = (others.ruleId ?? rule_id) !== rule_id || (others.service ?? service) !== service;
  return { ...others, ruleId: rule_id, service, ungrouped: true, ...(isOther ? { severity: [] } : {}) };
}
