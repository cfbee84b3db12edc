import type { Attributes } from '@opentelemetry/api';

/**
 * Maximum UTF-8 bytes of an attribute's value: Tempo truncates at 2,048 by default (`distributor.max_attribute_bytes`), others at 4 KiB and more. A truncated
 * record cannot be verified.
 */
export const ATTRIBUTE_BYTES = 2_048;

/** One attribute if the text fits. Otherwise `<name>.1` to `<name>.<n>`, which concatenated give the text, and `<name>.parts`, which is n. */
export function attributeParts(name: string, text: string, max = ATTRIBUTE_BYTES): Attributes {
  if (Buffer.byteLength(text) <= max) return { [name]: text };
  const parts = cut(text, max);
  return { [`${name}.parts`]: parts.length, ...Object.fromEntries(parts.map((part, index) => [`${name}.${index + 1}`, part])) };
}

/** The text, truncated with … if it does not fit. */
export function fitted(text: string, max = ATTRIBUTE_BYTES): string {
  if (Buffer.byteLength(text) <= max) return text;
  return `${cut(text, max - Buffer.byteLength('…'))[0]}…`;
}

/** Splits between code points only, so that every part is valid text. */
function cut(text: string, max: number): string[] {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of text) {
    const size = Buffer.byteLength(character);
    if (bytes + size > max) {
      parts.push(part);
      part = '';
      bytes = 0;
    }
    part += character;
    bytes += size;
  }
  if (part !== '') parts.push(part);
  return parts;
}
