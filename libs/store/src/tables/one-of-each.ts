/**
 * Rows per statement: PostgreSQL and SQLite limit the parameters (65,535 and 32,766). Each part costs five round trips to the database under the lock of
 * violations, so a usual batch of the keeper is one part.
 */
const ROWS = 1_000;

/**
 * Splits revisions, in order, so that no part has two of one violation or too many rows. A statement may write a row only once, and the stored row decides
 * which of two revisions stays.
 */
export function oneOfEach<Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[][] {
  const parts: Item[][] = [];
  const seen = new Map<string, number>();
  for (const item of items) {
    const part = seen.get(item.id) ?? 0;
    seen.set(item.id, part + 1);
    (parts[part] ??= []).push(item);
  }
  return parts.flatMap((part) => Array.from({ length: Math.ceil(part.length / ROWS) }, (_, n) => part.slice(n * ROWS, (n + 1) * ROWS)));
}
