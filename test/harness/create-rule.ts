import type { BeTrace } from './betrace.js';
import { eventually } from './eventually.js';

const TIMEOUT_MS = 60_000;
const PUBLICATION = 'betrace-rule-publication';

/**
 * Creates a rule, and resolves when it is in force for every span that is sent from then on. On a busy machine the log may take longer than the API waits: then
 * it answers `pending`, and the rule is saved once more.
 */
export async function createRule(api: BeTrace, rule: { readonly id: string; readonly [field: string]: unknown }): Promise<void> {
  const { status, headers, body } = await api.json('POST', '/v1/rules', rule);
  if (status !== 201) throw new Error(`rule ${rule.id} was answered with ${status} ${JSON.stringify(body)}`);
  if (headers.get(PUBLICATION) !== 'pending') return;
  const again = async () => {
    const answer = await api.json('PUT', `/v1/rules/${rule.id}`, rule);
    return answer.status === 200 && answer.headers.get(PUBLICATION) !== 'pending' ? true : undefined;
  };
  await eventually(`rule ${rule.id} to be in force`, again, TIMEOUT_MS);
}
