import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { Problem } from '../problem-details/problem.js';

const MINUTE = 60_000;
/** Maximum of remembered addresses; a new one evicts the oldest. */
const MAX_ADDRESSES = 4_096;
/** Maximum of remembered valid credentials. */
const MAX_RIGHT = 10_000;

interface Guesses {
  readonly since: number;
  /** Hashes of wrong credentials: repeating one, as an agent with an old key does, is not another guess. */
  readonly wrong: Set<string>;
}

/**
 * Slows down attempts to guess keys or tokens. After `limit` different wrong ones within a minute, unknown credentials from that address get 429 for the rest
 * of it. Valid ones get 429 too, or the answer would reveal them. Credentials that were valid before are still accepted, so that an attacker does not lock out
 * others behind the same proxy.
 */
export class WrongCredentials {
  private readonly addresses = new Map<string, Guesses>();
  private readonly right = new Set<string>();

  /**
   * @param limit 0: none
   * @param now milliseconds of a monotonic clock
   * @param warn called once per address and minute
   */
  constructor(
    private readonly limit: number,
    private readonly now: () => number,
    private readonly warn: (sentence: string) => void,
  ) {}

  /** Throws BT_HTTP_TOO_MANY_WRONG_KEYS when these credentials must not be checked. */
  admit(address: string, credentials: string): void {
    if (this.limit === 0 || this.right.has(markOf(credentials))) return;
    const guesses = this.guessesOf(address);
    if (guesses === undefined || guesses.wrong.size < this.limit) return;
    const seconds = Math.max(1, Math.ceil((guesses.since + MINUTE - this.now()) / 1_000));
    throw new Problem(
      'BT_HTTP_TOO_MANY_WRONG_KEYS',
      `this address brought ${this.limit} wrong keys or tokens within a minute (authentication.wrong_key_limit); try again in ${seconds} s`,
      { retryAfter: seconds },
    );
  }

  wereRight(credentials: string): void {
    if (this.limit === 0) return;
    const mark = markOf(credentials);
    if (this.right.has(mark)) return;
    if (this.right.size >= MAX_RIGHT) this.right.delete(this.right.keys().next().value as string);
    this.right.add(mark);
  }

  wereWrong(address: string, credentials: string): void {
    if (this.limit === 0) return;
    const mark = markOf(credentials);
    this.right.delete(mark);
    const network = networkOf(address);
    let guesses = this.guessesOf(address);
    if (guesses === undefined) {
      if (this.addresses.size >= MAX_ADDRESSES) this.addresses.delete(this.addresses.keys().next().value as string);
      guesses = { since: this.now(), wrong: new Set() };
      this.addresses.set(network, guesses);
    }
    if (guesses.wrong.size >= this.limit) return;
    guesses.wrong.add(mark);
    if (guesses.wrong.size === this.limit) {
      this.warn(
        `${network} brought ${this.limit} wrong keys or tokens within a minute; more of them are refused without a look until the minute is over`,
      );
    }
  }

  private guessesOf(address: string): Guesses | undefined {
    const network = networkOf(address);
    const guesses = this.addresses.get(network);
    if (guesses === undefined || this.now() < guesses.since + MINUTE) return guesses;
    this.addresses.delete(network);
    return undefined;
  }
}

/** A part of a hash that distinguishes credentials; the credentials themselves are not stored. */
function markOf(credentials: string): string {
  return createHash('sha256').update(credentials).digest('base64url').slice(0, 22);
}

/** The /64 network of an IPv6 address, since one client has all 2^64 addresses of it. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? first : [...first, ...Array<string>(8 - first.length - last.length).fill('0'), ...last];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
