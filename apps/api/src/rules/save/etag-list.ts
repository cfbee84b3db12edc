/** One of a list; a comma within quotes does not end it. */
const ITEM = /(?:"[^"]*"|[^,"])+|"/g;

/** The items of If-Match or If-None-Match, without the blanks around them. Empty ones are ignored (RFC 9110, 5.6.1). */
export function etagList(value: string): readonly string[] {
  return (value.match(ITEM) ?? []).map((item) => item.trim()).filter((item) => item !== '');
}
