import type { Store, StoredRule } from '#store';
import { ApiError } from '../../api-error.js';
import { notFound } from '../../not-found.js';

/** The rule of this id, or else the one of this name. Throws BT_API_RULE_NAME_AMBIGUOUS when several have it. */
export async function findRule(store: Store, idOrName: string): Promise<StoredRule | undefined> {
  const rule = await store.rule(idOrName);
  if (rule !== undefined) return rule;
  const named = (await store.rules()).filter(({ name }) => name === idOrName);
  if (named.length > 1) throw new ApiError('BT_API_RULE_NAME_AMBIGUOUS', { name: idOrName, ids: named.map(({ id }) => id).join(', ') });
  return named[0];
}

/** As `findRule`; throws BT_API_RULE_NOT_FOUND when there is none. */
export async function requireRule(store: Store, idOrName: string): Promise<StoredRule> {
  const rule = await findRule(store, idOrName);
  if (rule === undefined) throw notFound('BT_API_RULE_NOT_FOUND', idOrName);
  return rule;
}
