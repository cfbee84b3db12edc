import { createHash } from 'node:crypto';

const MAX_SLUG_LENGTH = 64;

/**
 * The id of a rule that was created without one: its name in lower case, every run of other characters than letters and
 * digits a hyphen (`Slow requests!` → `slow-requests`). A name without any letter or digit gives `rule-` and a hash of it.
 */
export function slug(name: string): string {
  const text = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '');
  if (text === '') return `rule-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
  return text.length <= MAX_SLUG_LENGTH ? text : [...text].slice(0, MAX_SLUG_LENGTH).join('').replace(/-$/, '');
}
