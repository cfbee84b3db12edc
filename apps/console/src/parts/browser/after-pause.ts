/**
 * Changes the address after a pause, unless another page was opened meanwhile: React keeps the previous page, with its timers, while the code of the next one loads. Returns a function that ends the wait.
 */
export function afterPause(ms: number, change: () => void): () => void {
  const { pathname } = location;
  const timer = setTimeout(() => {
    if (location.pathname === pathname) change();
  }, ms);
  return () => clearTimeout(timer);
}
