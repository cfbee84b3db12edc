const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text as a literal of the language. */
export function quoted(text: string): string {
  let escaped = '';
  for (const sign of text) {
    const code = sign.charCodeAt(0);
    const isControl = code < 32 || code === 127;
    escaped += ESCAPES[sign] ?? (isControl ? `\\x${code.toString(16).padStart(2, '0')}` : sign);
  }
  return `"${escaped}"`;
}
