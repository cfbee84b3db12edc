import { Keyboard, Moon, Sun } from 'lucide-react';
import { type ReactNode, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { KeysDialog } from './keys-dialog';
import { PLACES } from './places';
import { Pulse } from './pulse';
import { chooseTheme, storedTheme } from './theme';
import { useKeys } from './use-keys';

/** How long `g` waits for the place that it goes to, in ms. */
const CHORD_MS = 1_500;

/** The frame of every page: the places, the server's pulse, theme, keys. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location, navigate] = useLocation();
  const [keys, setKeys] = useState(false);
  const going = useRef(0);
  const goTo = (key: string) => () => {
    if (performance.now() - going.current > CHORD_MS) return;
    going.current = 0;
    navigate(PLACES.find((place) => place.key === key)?.href ?? '/');
  };
  useKeys({
    g: () => {
      going.current = performance.now();
    },
    ...Object.fromEntries(PLACES.map(({ key }) => [key, goTo(key)])),
    '?': () => setKeys(true),
  });
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <div className="app">
        <nav className="rail" aria-label="Main">
          <Link className="brand" href="/violations" aria-label="BeTrace">
            <svg viewBox="0 0 24 24" fill="none" strokeWidth="3" strokeLinecap="round" aria-hidden="true">
              <path className="mark-trace" d="M3 5h12M9 19h12" />
              <path className="mark-evidence" d="M6 12h9" />
            </svg>
            BeTrace
          </Link>
          {PLACES.map(({ href, text, icon: Icon }) => (
            <Link key={href} className="place" title={text} href={href} aria-current={location.startsWith(href) ? 'page' : undefined}>
              <Icon className="i" aria-hidden="true" />
              {text}
            </Link>
          ))}
          <span className="spacer" />
          <Pulse />
          <button type="button" className="place wide-only" title="Keys" onClick={() => setKeys(true)}>
            <Keyboard className="i" aria-hidden="true" />
            Keys<kbd>?</kbd>
          </button>
          <ThemeButton />
        </nav>
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <KeysDialog open={keys} onClose={() => setKeys(false)} />
    </>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const Icon = theme === 'dark' ? Moon : Sun;
  return (
    <button
      type="button"
      className="place"
      title={`Use the ${other} theme`}
      onClick={() => {
        chooseTheme(other);
        setTheme(other);
      }}
    >
      <Icon className="i" aria-hidden="true" />
      {theme === 'dark' ? 'Dark' : 'Light'}
    </button>
  );
}
