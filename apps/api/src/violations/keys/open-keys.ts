import type { Configuration } from '#platform';
import { formerSignatureKeys, privateSignatureKey, signatureKey } from '#platform';
import { DEFAULT_KEY, type KeyRing, keyId, keyRing, publicPem, SigningError } from '#signing';
import type { KeyOrigin, Store } from '#store';

/**
 * The keys for verifying: the current ones, and the public keys of all that have signed here, which the store remembers. Throws BT_SIGNING_KEY_LOST when the
 * key in the storage directory differs from the one that signed before, unless former keys are configured. Then it was deleted, and the new key verifies no
 * older violation.
 */
export async function openKeys(store: Store, configuration: Configuration, now: () => number): Promise<KeyRing> {
  const { compliance, process: mode, storage } = configuration;
  const { key, file } = signatureKey(configuration);
  const id = keyId(key);
  const formerKeys = formerSignatureKeys(configuration);
  const formerIds = new Set(formerKeys.map(keyId));
  const stored = await store.signatureKeys();
  const before = stored.filter(({ origin }) => origin === 'configured' || origin === 'kept');
  // With former keys configured, the change was intended.
  const lost = file !== undefined && before.some((one) => !formerIds.has(one.id)) && !stored.some((one) => one.id === id);
  if (lost && !compliance.newSignatureKey) {
    const [last] = before.slice(-1);
    throw new SigningError('BT_SIGNING_KEY_LOST', { file, id: last?.id ?? '?', directory: storage.path ?? '' });
  }
  const origin: KeyOrigin = key === DEFAULT_KEY ? 'development' : file === undefined ? 'configured' : 'kept';
  await store.addSignatureKey({ id, origin, since: now() });
  const publicKeys = stored.flatMap(({ publicKey }) => publicKey ?? []);
  const privateKey = privateSignatureKey(configuration);
  const ring = keyRing({
    key,
    formerKeys,
    ...(privateKey === undefined ? {} : { privateKey }),
    publicKeys,
    development: mode.environment === 'development',
  });
  if (ring.privateKey !== undefined) {
    await store.addSignatureKey({ id: ring.privateKey.id, origin: 'public', publicKey: publicPem(ring.privateKey.key), since: now() });
  }
  await store.signatureKeysInUse([id, ...(ring.privateKey === undefined ? [] : [ring.privateKey.id])], now());
  return ring;
}
