import { ApiProperty } from '#openapi';
import type { ViolationRecord } from '#records';
import { type Authenticity, type VerificationKeys, verifyViolation } from '#signing';

const WORTH = ['valid', 'invalid', 'unknown-key', 'absent'];

/** The result of verifying a violation's signatures. */
export class Verification {
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description:
      'At least one signature is valid, and none is invalid. Null: this server has none of the keys that signed it, so nothing is known.',
  })
  valid!: boolean | null;

  @ApiProperty({ enum: WORTH, description: 'HMAC-SHA256, by the secret that `key_id` names.' })
  signature!: Authenticity;

  @ApiProperty({ enum: WORTH, description: 'Ed25519.' })
  public_signature!: Authenticity;

  @ApiProperty({ description: 'The key id of the violation.' })
  key_id!: string;
}

/** Verifies stored violations with the keys of this server. */
export class VerifyViolation {
  constructor(private readonly keys: VerificationKeys) {}

  verify(violation: ViolationRecord): Verification {
    const { valid, signature, publicSignature } = verifyViolation(violation, this.keys);
    return { valid, signature, public_signature: publicSignature, key_id: violation.key_id };
  }
}
