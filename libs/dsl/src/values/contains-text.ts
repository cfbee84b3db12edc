/** Below this product of lengths, comparing at every place takes milliseconds. */
const FEW_COMPARISONS = 2 ** 24;

/** `text.includes(wanted)` in time linear in both lengths, not in their product: senders choose both. */
export function containsText(text: string, wanted: string): boolean {
  if (text.length * wanted.length <= FEW_COMPARISONS || wanted.length > text.length) return text.includes(wanted);
  // The prefix function of the wanted text (Knuth, Morris and Pratt).
  const fallback = new Int32Array(wanted.length);
  for (let at = 1, length = 0; at < wanted.length; at++) {
    while (length > 0 && wanted.charCodeAt(at) !== wanted.charCodeAt(length)) length = fallback[length - 1]!;
    if (wanted.charCodeAt(at) === wanted.charCodeAt(length)) length++;
    fallback[at] = length;
  }
  for (let at = 0, length = 0; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== wanted.charCodeAt(length)) length = fallback[length - 1]!;
    if (text.charCodeAt(at) === wanted.charCodeAt(length)) length++;
    if (length === wanted.length) return true;
  }
  return false;
}
