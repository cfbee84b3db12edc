import { type Log, readAll } from '#messaging';
import { CONTROL_HEADER, type RuleSetRecord, TOPICS } from '#records';

/** A rule for the store; only its id matters. */
export const plainRule = (id: string, enabled = true) => ({
  id,
  name: id,
  description: '',
  expression: 'span.duration > 1s',
  severity: 'HIGH' as const,
  tags: [],
  enabled,
  message: null,
  onError: 'no_match' as const,
});

/** The records of the rules log. */
export async function loggedRuleSets(log: Log): Promise<readonly RuleSetRecord[]> {
  return (await readAll(log, TOPICS.rules, 0)).map(({ value }) => JSON.parse(Buffer.from(value).toString()) as RuleSetRecord);
}

/** The control records of a partition of the spans log, as in their header. */
export async function loggedMarkers(log: Log, partition: number): Promise<readonly (string | undefined)[]> {
  return (await readAll(log, TOPICS.spans, partition)).map(({ headers }) => headers?.[CONTROL_HEADER]);
}
