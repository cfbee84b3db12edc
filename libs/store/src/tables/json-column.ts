/** A JSON column does not hold JSON: only damage on the disk causes this. */
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

/** Parses a JSON column. Throws a DamagedColumn that names the row. */
export function parsedColumn<T>(text: string, rowName: () => string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new DamagedColumn(rowName(), error);
  }
}

/** Returns a JSON column as text. Throws a DamagedColumn when it is not JSON. */
export function checkedColumn(text: string, rowName: () => string): string {
  parsedColumn(text, rowName);
  return text;
}
