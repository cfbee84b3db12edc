/** UTF-16 units that are kept for a search; more of a message is not looked in. */
const MAX_LENGTH = 4_000;

/**
 * The form in which texts are searched, on every database alike: lower case, control characters as spaces. (A `ς` is a `σ` at the end of a word, which a
 * part of a word does not know.)
 */
export function searchedText(...texts: readonly string[]): string {
  const joined = texts.join('\n').slice(0, MAX_LENGTH).toLowerCase();
  return joined
    .toWellFormed()
    .replaceAll('ς', 'σ')
    .replace(/\p{Cc}/gu, ' ');
}

/** What `LIKE … ESCAPE '!'` finds the text by, anywhere. */
export function searchPattern(text: string): string {
  return `%${searchedText(text).replace(/[!%_]/g, '!$&')}%`;
}
