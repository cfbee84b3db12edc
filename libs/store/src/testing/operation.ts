import type { Fingerprint } from '../violation-groups/fingerprint.js';

/** The fingerprint of violations at `GET /name`. */
export const operation = (name: string): Fingerprint => ({ fingerprint: `1:${name}`, operation: `GET /${name}`, errorKind: '' });
