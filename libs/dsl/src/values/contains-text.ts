/** Below this product of lengths, comparing at every place takes milliseconds. */
const FEW_COMPARISONS = 2 ** 24;

/** `text.includes(wanted)` in time linear in both lengths, not in their product: senders choose both. */
export function containsText(text: string, part: string): boolean {
  if (text.length * part.length <= FEW_COMPARISONS || part.length > text.length) return text.includes(part);
  // The prefix function of the wanted text (Knuth, Morris and Pratt).
  const fallback = new Int32Array(part.length);
  for (let at = 1, length = 0; at < part.length; at++) {
    while (length > 0 && part.charCodeAt(at) !== part.charCodeAt(length)) length = fallback[length - 1]!;
    if (part.charCodeAt(at) === part.charCodeAt(length)) length++;
    fallback[at] = length;
  }
  for (let at = 0, length = 0; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== part.charCodeAt(length)) length = fallback[length - 1]!;
    if (text.charCodeAt(at) === part.charCodeAt(length)) length++;
    if (length === part.length) return true;
  }
  return false;
}
