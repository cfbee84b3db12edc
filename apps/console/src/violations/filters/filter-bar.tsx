import { useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { SEVERITIES } from '#ui/api/types';
import { Pick } from '#ui/parts/pick';
import { UserText } from '#ui/parts/user-text';
import { answered, client } from '../../api/client';
import { useRules } from '../../api/rule-queries';
import { SearchField } from '../../parts/search-field';
import { CustomRange } from './custom-range';
import { DEFAULT_START, isCustom, TIME_RANGES } from './time-range';
import { LIMITS, type ViolationFilters } from './use-violation-filters';

const ANY = { value: '', text: 'any' };
const CUSTOM = 'custom';
const DAY_SECONDS = 86_400;

/** The guide's filters, by its names. */
export function FilterBar({ filters, limit, set }: ViolationFilters) {
  const rules = useRules();
  const services = useServices();
  const custom = isCustom(filters.start_time, filters.end_time);
  const chooseTime = (value: string): void => {
    if (value !== CUSTOM) return set({ start_time: value === DEFAULT_START ? null : value, end_time: null });
    const now = Math.floor(Date.now() / 1_000);
    return set({ start_time: String(now - DAY_SECONDS), end_time: String(now) });
  };
  return (
    <search className="filters" aria-label="Filter violations">
      <SearchField
        name="q"
        label="Search violations"
        placeholder="Message, service, id, value"
        value={filters.q ?? ''}
        maxLength={200}
        onChange={(q) => set({ q }, { replace: true })}
      />
      <Pick
        label="Rule ID"
        value={filters.rule_id ?? ''}
        isSet={filters.rule_id !== null}
        options={[ANY, ...(rules.data?.rules ?? []).map(({ id }) => ({ value: id, text: id }))]}
        onChange={(rule_id) => set({ rule_id })}
      />
      <Pick
        label="Severity"
        value={filters.severity ?? ''}
        isSet={filters.severity !== null}
        options={[ANY, ...SEVERITIES.map((severity) => ({ value: severity, text: severity }))]}
        onChange={(severity) => set({ severity })}
      />
      <Pick
        label="Service"
        value={filters.service ?? ''}
        isSet={filters.service !== null}
        options={[ANY, ...services.map((service) => ({ value: service, text: service }))]}
        onChange={(service) => set({ service })}
      />
      <Pick
        label="Time Range"
        value={custom ? CUSTOM : (filters.start_time ?? DEFAULT_START)}
        isSet={filters.start_time !== null || filters.end_time !== null}
        options={[...TIME_RANGES.map(({ start, text }) => ({ value: start, text })), { value: CUSTOM, text: 'Custom' }]}
        onChange={chooseTime}
      />
      <Pick
        label="Limit"
        value={String(limit)}
        isSet={limit !== LIMITS[0]}
        options={LIMITS.map((each) => ({ value: String(each), text: String(each) }))}
        onChange={(value) => set({ limit: value === String(LIMITS[0]) ? null : value })}
      />
      {custom ? <CustomRange start={filters.start_time} end={filters.end_time} onChange={set} /> : null}
      {filters.trace_id === null ? null : (
        <button type="button" className="btn" onClick={() => set({ trace_id: null })}>
          Trace{' '}
          <UserText className="mono" length={12}>
            {filters.trace_id}
          </UserText>
          <X className="i" aria-label="Remove this filter" />
        </button>
      )}
      {filters.group_id === null ? null : (
        <button type="button" className="btn" onClick={() => set({ group_id: null })}>
          Group <UserText className="mono">{filters.group_id.slice(4, 12)}</UserText>
          <X className="i" aria-label="Remove this filter" />
        </button>
      )}
    </search>
  );
}

/** Services with violations, those with the most first. */
function useServices(): readonly string[] {
  const { data } = useQuery({
    queryKey: ['violation-services'],
    staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const query = { group_by: 'service' as const, status: 'all' as const, start_time: '0', groups: 100 };
      const { groups = [] } = await answered(client.GET('/v1/violations/stats', { params: { query }, signal }));
      return groups.map(({ key }) => key).filter((key) => key !== '');
    },
  });
  return data ?? [];
}
