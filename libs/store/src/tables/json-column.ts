/** A column of JSON that is none: only damage on the disk makes that. */
export class DamagedColumn extends Error {
  constructor(
    /** `the tags of rule a`. */
    readonly what: string,
    cause: unknown,
  ) {
    super(`${what}: ${(cause as Error).message}`, { cause });
    this.name = 'DamagedColumn';
  }
}

/** The value of a column of JSON. Throws a DamagedColumn that names the row. */
export function parsedColumn<T>(text: string, what: () => string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new DamagedColumn(what(), error);
  }
}

/** A column of JSON that is passed on as text. Throws a DamagedColumn when it is not JSON. */
export function checkedColumn(text: string, what: () => string): string {
  parsedColumn(text, what);
  return text;
}
