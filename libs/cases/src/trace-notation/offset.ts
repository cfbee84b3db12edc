import { parseDuration } from '#base';

/** `+10ms`, `-5ms`: a shift of time. */
export function offsetOf(word: string): bigint | undefined {
  const duration = /^[+-]/.test(word) ? parseDuration(word.slice(1)) : undefined;
  return duration !== undefined && word.startsWith('-') ? -duration : duration;
}
