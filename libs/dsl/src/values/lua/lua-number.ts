/**
 * Text to number and back, as Lua 5.3 does it.
 */

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DECIMAL_INTEGER = /^[+-]?\d+$/;
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/;
const MAX_INTEGER = 2n ** 63n - 1n;
const MIN_INTEGER = -(2n ** 63n);

/**
 * The number that a text holds, spaces around it allowed; undefined when it holds none. A decimal integer beyond 64 bits is a
 * double, a hexadecimal one wraps around.
 */
export function parseNumeral(text: string): number | bigint | undefined {
  const trimmed = withoutSpaces(text);
  if (trimmed.length === 0 || trimmed.length > MAX_NUMERAL) return undefined;
  if (DECIMAL_INTEGER.test(trimmed)) {
    const approximate = Number(trimmed);
    if (Number.isSafeInteger(approximate)) return approximate + 0;
    const exact = BigInt(trimmed.startsWith('+') ? trimmed.slice(1) : trimmed);
    return exact >= MIN_INTEGER && exact <= MAX_INTEGER ? exact : approximate;
  }
  if (DECIMAL.test(trimmed)) return Number(trimmed) + 0;
  return parseHexadecimal(trimmed);
}

/** Without a regular expression: `/ +$/` takes quadratic time on many inner spaces, and senders choose the texts. */
function withoutSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (start < end && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

/** Lua's own limit (L_MAXLENNUM) for texts that become numbers. */
const MAX_NUMERAL = 200;

function parseHexadecimal(text: string): number | bigint | undefined {
  const match = HEXADECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction, exponent] = match;
  if (whole === '' && (fraction === undefined || fraction === '')) return undefined;
  if (fraction === undefined && exponent === undefined) {
    const magnitude = BigInt(`0x${whole}`);
    return wrap(sign === '-' ? -magnitude : magnitude);
  }
  const digits = BigInt(`0x${whole}${fraction ?? ''}`);
  const scale = (exponent === undefined ? 0 : Number(exponent)) - 4 * (fraction ?? '').length;
  const value = Number(digits) * 2 ** scale;
  return (sign === '-' ? -value : value) + 0;
}

/** As `tostring` and `..` write it: integers in full, doubles by `%.14g`. A double with an integral safe value is an integer. */
export function formatNumber(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return general(value, 14);
}

/** C's `%.<precision>g`. */
function general(value: number, precision: number): string {
  const [mantissa = '', power = '0'] = exponentialText(value, precision - 1).split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= precision) {
    const sign = exponent < 0 ? '-' : '+';
    return `${stripZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  return stripZeros(fixedText(value, precision - 1 - exponent));
}

/** As toFixed, but rounding ties to even as C does: 2.25 → 2.2. For |value| < 1e21. */
export function fixedText(value: number, digits: number): string {
  return evenTie(value.toFixed(digits), digits < 100 ? value.toFixed(100) : '');
}

/** As toExponential, but rounding ties to even as C does. */
export function exponentialText(value: number, digits: number): string {
  const [mantissa = '', power = ''] = value.toExponential(digits).split('e');
  const [exact = '', exactPower = ''] = value.toExponential(100).split('e');
  return `${power === exactPower ? evenTie(mantissa, exact) : mantissa}e${power}`;
}

/** JavaScript rounds a tie up: when the digits that were cut off are exactly a half and the last one became odd, it goes back by one. */
function evenTie(rounded: string, exact: string): string {
  const rest = exact.slice(rounded.length).replace('.', '');
  const last = rounded.charCodeAt(rounded.length - 1) - 48;
  if (!/^50*$/.test(rest) || last % 2 === 0) return rounded;
  return rounded.slice(0, -1) + String(last - 1);
}

function stripZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const MIN_SAFE = BigInt(Number.MIN_SAFE_INTEGER);
const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/** An integer as Lua 5.3's 64 bits hold it: wrapped around, and a number when safe. */
export function wrap(value: bigint): number | bigint {
  const wrapped = BigInt.asIntN(64, value);
  return wrapped >= MIN_SAFE && wrapped <= MAX_SAFE ? Number(wrapped) : wrapped;
}

/** An unsigned 64-bit time as a value of the DSL: a number while it is safe (`value.ts`). */
export function normalInteger(value: bigint): number | bigint {
  return value <= MAX_SAFE ? Number(value) : value;
}
