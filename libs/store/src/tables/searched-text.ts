/** UTF-16 units stored for searches; the rest of a longer message is not searched. */
const MAX_LENGTH = 4_000;

/**
 * The form in which texts are searched, the same on every database: lower case, control characters as spaces. (A final `ς` becomes `σ`, because a part of a
 * word does not show that it is final.)
 */
export function searchedText(...texts: readonly string[]): string {
  const joined = texts.join('\n').slice(0, MAX_LENGTH).toLowerCase();
  return joined
    .toWellFormed()
    .replaceAll('ς', 'σ')
    .replace(/\p{Cc}/gu, ' ');
}

/** The pattern for `LIKE … ESCAPE '!'` that finds the text anywhere. */
export function searchPattern(text: string): string {
  return `%${searchedText(text).replace(/[!%_]/g, '!$&')}%`;
}
