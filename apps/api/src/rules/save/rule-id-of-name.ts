import { createHash } from 'node:crypto';

const MAX_ID_LENGTH = 64;

/**
 * The id for a rule without one: its name in lower case, with a hyphen for every run of characters other than letters and digits (`Slow requests!` →
 * `slow-requests`). A name without letters and digits gives `rule-` and a hash of it.
 */
export function ruleIdOfName(name: string): string {
  const text = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  if (text === '') return `rule-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
  return text.length <= MAX_ID_LENGTH ? text : [...text].slice(0, MAX_ID_LENGTH).join('').replace(/-$/, '');
}
