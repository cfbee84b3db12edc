/**
 * Rows per statement: PostgreSQL and SQLite bound the parameters of one (65,535 and 32,766). Each part costs five round trips to the database under the lock of the
 * violations, so a batch of the keeper's usual bound is one.
 */
const ROWS = 1_000;

/**
 * In order, so that no part has two revisions of one violation, nor more rows than a statement takes: a statement may write a row only once,
 * and which of two stays is told by the row that is there.
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
