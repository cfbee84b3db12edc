/** Character classes of the C locale such as `%a` and `%d`; a capital negates; other characters match themselves. */
export function inClass(code: number, letter: number): boolean {
  const test = CLASSES[String.fromCharCode(letter | 32)];
  const isLetter = (letter >= 65 && letter <= 90) || (letter >= 97 && letter <= 122);
  if (test === undefined || !isLetter) return letter === code;
  return test(code) === letter >= 97;
}

const isUpper = (code: number) => code >= 65 && code <= 90;
const isLower = (code: number) => code >= 97 && code <= 122;
const isDigit = (code: number) => code >= 48 && code <= 57;
const isGraph = (code: number) => code > 32 && code < 127;

const CLASSES: Readonly<Record<string, (code: number) => boolean>> = {
  a: (code) => isUpper(code) || isLower(code),
  c: (code) => code < 32 || code === 127,
  d: isDigit,
  g: isGraph,
  l: isLower,
  p: (code) => isGraph(code) && !isUpper(code) && !isLower(code) && !isDigit(code),
  s: (code) => code === 32 || (code >= 9 && code <= 13),
  u: isUpper,
  w: (code) => isUpper(code) || isLower(code) || isDigit(code),
  x: (code) => isDigit(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
};
