import type { NotificationReceiver } from './receiver.js';

/** The console's page of a violation; undefined if the receiver has no console URL. */
export function consolePage({ consoleUrl }: NotificationReceiver, id: string): string | undefined {
  return consoleUrl === undefined ? undefined : `${consoleUrl}/ui/violations/${encodeURIComponent(id)}`;
}
