/** A list of texts as one text, which keeps each of them: JSON. */
export const textOfList = (list: readonly string[]): string => JSON.stringify(list);

/** The list of a text. Links of earlier versions have spaces between ids. */
export function listOfText(text: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((each) => typeof each === 'string')) return list;
  } catch {
    // No JSON.
  }
  return text.split(' ').filter((id) => id !== '');
}
