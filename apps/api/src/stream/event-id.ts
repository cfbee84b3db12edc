import type { ViolationSequence } from '#store';
import { ApiError } from '../api-error.js';

/** The id of an event: the origin of the numbering, and the number. Pages after it start with the next number. */
export function eventId(origin: string, sequence: number): string {
  return `${origin}-${sequence}`;
}

/**
 * The number after which a client resumes. Undefined if its last event is of another database, or of this one before it was restored: then the later violations
 * are unknown. Throws BT_API_EVENT_ID_INVALID.
 */
export function placeAfter(id: string, { origin, last }: ViolationSequence): number | undefined {
  const parts = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id);
  if (parts === null) throw new ApiError('BT_API_EVENT_ID_INVALID', { id: id.slice(0, 100) });
  const sequence = Number(parts[2]);
  return parts[1] === origin && sequence <= last ? sequence : undefined;
}
