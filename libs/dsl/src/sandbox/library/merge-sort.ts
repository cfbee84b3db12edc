/** Sorts with a bounded number of comparisons, even if the order function is inconsistent. The sort is stable. */
export function mergeSort<T>(items: readonly T[], before: (a: T, b: T) => boolean): readonly T[] {
  if (items.length < 2) return items;
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), before);
  const right = mergeSort(items.slice(middle), before);
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const takeRight = before(right[r] as T, left[l] as T);
    merged.push((takeRight ? right[r++] : left[l++]) as T);
  }
  return [...merged, ...left.slice(l), ...right.slice(r)];
}
