import { Keyboard, Moon, Search, Sun } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { useAddress } from '../parts/browser/use-address';
import { CommandPalette } from './commands/command-palette';
import { KeysDialog } from './commands/keys-dialog';
import { PLACES } from './commands/places';
import { useKeys } from './commands/use-keys';
import { DamagedLinkBanner } from './damaged-link-banner';
import { Pulse } from './pulse';
import { SignInButton } from './sign-in/sign-in-button';
import { chooseTheme, storedTheme } from './theme';

/** How long `g` waits for the second key, in ms. */
const CHORD_MS = 1_500;

/** The frame of every page: the places, the server's pulse, theme, keys. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const [location, navigate] = useLocation();
  const address = useAddress();
  const keys = address.get('dialog') === 'keys';
  const latest = useRef(address);
  latest.current = address;
  const setKeys = useCallback((open: boolean): void => latest.current.put({ dialog: open ? 'keys' : undefined }), []);
  const [palette, setPalette] = useState(false);
  useEffect(() => {
    // With a modifier, so that it also works during typing.
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey) || event.shiftKey || event.altKey) return;
      if (document.querySelector('dialog[open]') !== null) return;
      event.preventDefault();
      setPalette(true);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, []);
  const more = useMemo(() => [{ id: 'keys', text: 'Keys', detail: '?', run: () => setKeys(true) }], [setKeys]);
  const going = useRef(Number.NEGATIVE_INFINITY);
  const goTo = (key: string) => (event: KeyboardEvent) => {
    // When the key was pressed: a busy page handles it later.
    if (event.timeStamp - going.current > CHORD_MS) return;
    going.current = Number.NEGATIVE_INFINITY;
    event.preventDefault();
    navigate(PLACES.find((place) => place.key === key)?.href ?? '/');
  };
  // Before the keys of the page: after `g` a letter names a place, even if it is a key of its own.
  useKeys(
    {
      g: (event) => {
        going.current = event.timeStamp;
      },
      ...Object.fromEntries(PLACES.map(({ key }) => [key, goTo(key)])),
      '?': () => setKeys(true),
    },
    { first: true },
  );
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
          <SignInButton />
          <button type="button" className="place" title="Search" onClick={() => setPalette(true)}>
            <Search className="i" aria-hidden="true" />
            Search<kbd className="wide-only">⌘K</kbd>
          </button>
          <button type="button" className="place wide-only" title="Keys" onClick={() => setKeys(true)}>
            <Keyboard className="i" aria-hidden="true" />
            Keys<kbd>?</kbd>
          </button>
          <ThemeButton />
        </nav>
        <main id="main" tabIndex={-1}>
          <DamagedLinkBanner />
          {children}
        </main>
      </div>
      <CommandPalette open={palette} onClose={() => setPalette(false)} more={more} />
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
