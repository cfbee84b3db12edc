/** Names of attributes whose values are never shown. */
export class SensitiveAttributes {
  private readonly patterns: readonly (readonly string[])[];

  /** @param patterns names in which `*` matches any text; case does not matter */
  constructor(patterns: readonly string[]) {
    this.patterns = patterns.map((pattern) => pattern.toLowerCase().split('*'));
  }

  has(name: string): boolean {
    const text = name.toLowerCase();
    return this.patterns.some((parts) => fits(text, parts));
  }
}

/** Whether the texts between the asterisks occur in order; linear in time for every pattern. */
function fits(text: string, parts: readonly string[]): boolean {
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

/** An e-mail address, a JWT, a password in a URL, a long number (cards, accounts, phones), or HTTP credentials. */
const FORMS: readonly RegExp[] = [
  /[^\s@]@[^\s@]/,
  /^ey[JK][\w-]+\./,
  /:\/\/[^/\s]*@/,
  /\d{9}/,
  /^(?:basic|bearer|digest)\s/i,
  /^\+?[\d ()./-]{9,}$/,
];

/** Whether a value looks like personal data or a credential, whatever the attribute's name. */
export function looksSensitive(text: string): boolean {
  return FORMS.some((form) => form.test(text));
}
