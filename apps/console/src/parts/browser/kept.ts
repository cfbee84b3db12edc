/** What the browser keeps: for this tab, or for all of them. */
type Where = 'sessionStorage' | 'localStorage';

/** Where the browser refuses (its settings forbid it, or it is full), values last as long as the page. */
const here = new Map<string, string>();

export function kept(where: Where, name: string): string | null {
  try {
    return here.get(name) ?? window[where].getItem(name);
  } catch {
    return here.get(name) ?? null;
  }
}

/** Null removes the value. */
export function keep(where: Where, name: string, value: string | null): void {
  here.delete(name);
  try {
    if (value === null) window[where].removeItem(name);
    else window[where].setItem(name, value);
  } catch {
    if (value !== null) here.set(name, value);
  }
}
