const SCHEME = String.raw`[a-z][a-z0-9+.-]*:[\\/]{2}`;
const LOGIN = new RegExp(`^(\\s*${SCHEME})?.*@`, 'is');
const AUTHORITY = new RegExp(String.raw`^\s*(?:${SCHEME})?([^\\/?#]*)(.*)$`, 'is');

/** A text that may be an address, without user and password. A password may have any character, so all up to the last @ is hidden. */
export function withoutLogin(text: string): string {
  return text.replace(LOGIN, '$1…@');
}

/**
 * Whether a login may be in the path, query or fragment of an address: in `http://me:1/2@host` the password is `1/2`, and a URL's parser finds the host `me`.
 * An @ after a host with a dot and without a port is none: webhooks have such paths.
 */
export function hasStrayLogin(address: string): boolean {
  const [, authority = '', rest = ''] = AUTHORITY.exec(address) ?? [];
  return authority !== '' && rest.includes('@') && !/^[^:@]*\.[^:@]*$/.test(authority);
}

/** An address for logs and errors: without user, password, query and fragment, which may be secrets. Undefined if it is none. `base` resolves a relative one. */
export function addressWithoutLogin(address: string, base?: string): string | undefined {
  if (!URL.canParse(address, base)) return undefined;
  const { protocol, host, pathname } = new URL(address, base);
  // What follows an @ in a query may be a secret, too.
  if (hasStrayLogin(address)) return /[?#].*@/s.test(address) ? `${protocol}//…` : withoutLogin(`${protocol}//${host}${pathname}`);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}
