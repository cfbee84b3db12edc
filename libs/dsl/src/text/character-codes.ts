/** Codes of the characters that the tokenizers distinguish. */
export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const QUOTE = 34;
export const APOSTROPHE = 39;
export const MINUS = 45;
export const DOT = 46;
export const SLASH = 47;
export const ZERO = 48;
export const EQUALS = 61;
export const BRACKET = 91;
export const BACKSLASH = 92;

/** Lua's white space: a blank, and the codes from tab to carriage return. */
export function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** An ASCII letter, or `_`. */
export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

const OF_WORDS = Uint8Array.from({ length: 128 }, (_, code) => (isLetter(code) || isDigit(code) ? 1 : 0));

/** A letter, `_` or a digit. */
export function isOfWord(code: number): boolean {
  return code < 128 && OF_WORDS[code] === 1;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
