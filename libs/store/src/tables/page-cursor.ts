import { StoreError } from '../problems.js';

/** The place after a violation in page order: newest first, then by descending id. */
export interface PagePlace {
  readonly timestampMs: number;
  readonly id: string;
}

/** Opaque to clients and safe in a URL. */
export function cursorOf({ timestampMs, id }: PagePlace): string {
  return Buffer.from(JSON.stringify([timestampMs, id])).toString('base64url');
}

/** Throws BT_STORE_BAD_CURSOR for a text that `cursorOf` did not make. */
export function parseCursor(cursor: string): PagePlace {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(value) && value.length === 2) {
      const [timestampMs, id] = value as unknown[];
      if (Number.isSafeInteger(timestampMs) && typeof id === 'string') return { timestampMs: timestampMs as number, id };
    }
  } catch {
    // Falls through to the error for every invalid cursor.
  }
  throw new StoreError('BT_STORE_BAD_CURSOR', { cursor: cursor.slice(0, 100) });
}
