import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '#openapi';
import { type KeyRing, publicPem } from '#signing';
import { type KnownKey, Store } from '#store';

/** The provider of the keys for verifying. */
export const KEY_RING = Symbol('KeyRing');

export class KeyView {
  @ApiProperty({ example: 'c024a143', description: 'The `key_id` of violations and of their `public_signature`.' })
  id!: string;

  @ApiProperty({ enum: ['hmac-sha256', 'ed25519'] })
  algorithm!: 'hmac-sha256' | 'ed25519';

  @ApiProperty({ description: 'It signs now.' })
  current!: boolean;

  @ApiProperty({
    description:
      'Whether this server can verify its signatures. Former secrets come from compliance.former_signature_keys_file; public keys are stored.',
  })
  verifies!: boolean;

  @ApiProperty({ example: '2026-11-27T08:00:00.000Z', description: 'When this server first signed with it.' })
  since!: string;

  @ApiPropertyOptional({
    example: '2026-11-28T08:00:00.000Z',
    description: 'When a server first started with another key instead. Absent for a key that signs.',
  })
  until?: string;

  @ApiPropertyOptional({ description: 'PEM of an Ed25519 key, for auditors.' })
  public_key?: string;
}

export class KeyList {
  @ApiProperty({ type: [KeyView] })
  keys!: readonly KeyView[];
}

/** The current and former keys of violations: their ids and public keys, never secrets. */
@ApiTags('violations')
@Controller('v1/keys')
export class KeysController {
  constructor(
    private readonly store: Store,
    @Inject(KEY_RING) private readonly ring: KeyRing,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The current and former keys that sign violations', description: 'Oldest first. Secrets are not shown.' })
  @ApiOkResponse({ type: KeyList })
  async list(): Promise<KeyList> {
    return { keys: (await this.store.signatureKeys()).map((key) => keyView(key, this.ring)) };
  }
}

/** The public properties of a key. */
export function keyView({ id, origin, publicKey, since, until }: KnownKey, ring: KeyRing): KeyView {
  const { current, secrets, privateKey, publicKeys } = ring;
  const time = { since: new Date(since).toISOString(), ...(until === undefined ? {} : { until: new Date(until).toISOString() }) };
  if (origin !== 'public') return { id, algorithm: 'hmac-sha256', current: id === current.id, verifies: secrets.has(id), ...time };
  const verifier = publicKeys.get(id);
  const pem = verifier === undefined ? publicKey : publicPem(verifier);
  const shown = pem === undefined ? {} : { public_key: pem };
  return { id, algorithm: 'ed25519', current: id === privateKey?.id, verifies: verifier !== undefined, ...time, ...shown };
}
