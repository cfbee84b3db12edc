import { keep, kept } from '../parts/browser/kept';

export type Theme = 'dark' | 'light';

const KEY = 'betrace.theme';

/** The chosen theme, or the system's preference. */
export function storedTheme(): Theme {
  const stored = kept('localStorage', KEY);
  if (stored === 'dark' || stored === 'light') return stored;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function chooseTheme(theme: Theme): void {
  keep('localStorage', KEY, theme);
  applyTheme(theme);
}
