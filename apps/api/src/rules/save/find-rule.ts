import type { Store, StoredRule } from '#store';
import { ApiError } from '../../api-error.js';
import { notFound } from '../../not-found.js';

/** The rule with this id, or else with this name. Throws BT_API_RULE_NAME_AMBIGUOUS for a name of several rules. */
export async function findRule(store: Store, idOrName: string): Promise<StoredRule | undefined> {
  const rule = await store.rule(idOrName);
  if (rule !== undefined) return rule;
  const named = (await store.rules()).filter(({ name }) => name === idOrName);
  if (named.length > 1) throw new ApiError('BT_API_RULE_NAME_AMBIGUOUS', { name: idOrName, ids: named.map(({ id }) => id).join(', ') });
  return named[0];
}

/** Like `findRule`; throws BT_API_RULE_NOT_FOUND. */
export async function requireRule(store: Store, idOrName: string): Promise<StoredRule> {
  const rule = await findRule(store, idOrName);
  if (rule === undefined) throw notFound('BT_API_RULE_NOT_FOUND', idOrName);
  return rule;
}
