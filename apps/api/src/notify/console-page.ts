import type { Receiver } from './receiver.js';

/** Where people see a violation; undefined when the receiver does not say where the console is. */
export function consolePage({ consoleUrl }: Receiver, id: string): string | undefined {
  return consoleUrl === undefined ? undefined : `${consoleUrl}/ui/violations/${encodeURIComponent(id)}`;
}
