import { LuaError } from '../../values/lua/lua-error.js';
import { exponentialText, fixedText, formatNumber } from '../../values/lua/lua-number.js';

/** The arguments of `string.format`, by number (from 2). */
export interface FormatArguments {
  integer(index: number): bigint;
  double(index: number): number;
  /** In the format of tostring. */
  text(index: number): string;
}

const SPEC = /%(?:%|([-+ #0]*)(\d*)(?:\.(\d*))?(.?))/gs;

/** `string.format` for `%d %i %u %c %x %X %o %e %E %f %F %g %G %a %q %s`; widths and precisions have at most two digits. @throws LuaError */
export function formatString(format: string, args: FormatArguments): string {
  let index = 1;
  return format.replace(SPEC, (whole: string, flags = '', width = '', precision: string | undefined = undefined, kind = '') => {
    if (whole === '%%') return '%';
    if (flags.length > 5 || width.length > 2 || (precision ?? '').length > 2)
      throw new LuaError('invalid format (width or precision too long)');
    index++;
    const digits = precision === undefined ? undefined : Number(precision || '0');
    return pad(convert(kind, flags, digits, index, args), flags, Number(width || '0'), kind, digits);
  });
}

function convert(kind: string, flags: string, digits: number | undefined, index: number, args: FormatArguments): string {
  switch (kind) {
    case 'd':
    case 'i':
      return signed(args.integer(index).toString(), flags, digits);
    case 'u':
      return atLeast(BigInt.asUintN(64, args.integer(index)).toString(), digits);
    case 'x':
    case 'X':
    case 'o': {
      const value = BigInt.asUintN(64, args.integer(index));
      const text = atLeast(value.toString(kind === 'o' ? 8 : 16), digits);
      const prefixed = flags.includes('#') && value !== 0n ? (kind === 'o' ? `0${text}` : `0x${text}`) : text;
      return kind === 'X' ? prefixed.toUpperCase() : prefixed;
    }
    case 'c':
      return String.fromCharCode(Number(BigInt.asUintN(8, args.integer(index))));
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
      return formatDouble(kind, flags, digits ?? 6, args.double(index));
    case 's': {
      const text = args.text(index);
      return digits === undefined ? text : text.slice(0, digits);
    }
    case 'q':
      return `"${args
        .text(index)
        .replace(/["\\\n]/g, '\\$&')
        .replace(/\r/g, '\\r')
        .replaceAll('\0', '\\0')}"`;
    default:
      throw new LuaError(`invalid option '%${kind}' to 'format'`);
  }
}

function formatDouble(kind: string, flags: string, digits: number, value: number): string {
  if (!Number.isFinite(value)) return signed(formatNumber(value), flags, undefined);
  const lower = kind.toLowerCase();
  const text =
    lower === 'f' ? fixed(value, digits) : lower === 'e' ? exponential(value, digits) : general(value, digits || 1, flags.includes('#'));
  const result = signed(text, flags, undefined);
  return kind === lower ? result : result.toUpperCase();
}

/** toFixed stops at 1e21: numbers of that size have no fraction. */
function fixed(value: number, digits: number): string {
  if (Math.abs(value) < 1e21) return fixedText(value, digits);
  return BigInt(value).toString() + (digits > 0 ? `.${'0'.repeat(digits)}` : '');
}

function exponential(value: number, digits: number): string {
  return exponentialText(value, digits).replace(/e([+-])(\d)$/, 'e$10$2');
}

function general(value: number, digits: number, keepZeros: boolean): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential(digits - 1).split('e')[1]);
  const text = exponent < -4 || exponent >= digits ? exponential(value, digits - 1) : fixed(value, Math.max(0, digits - 1 - exponent));
  return keepZeros ? text : text.replace(/(\.\d*?)0+(e|$)/, '$1$2').replace(/\.(e|$)/, '$1');
}

function atLeast(text: string, digits: number | undefined): string {
  return text.padStart(digits ?? 0, '0');
}

function signed(text: string, flags: string, digits: number | undefined): string {
  const isNegative = text.startsWith('-');
  const magnitude = atLeast(isNegative ? text.slice(1) : text, digits);
  return (isNegative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + magnitude;
}

function pad(text: string, flags: string, width: number, kind: string, digits: number | undefined): string {
  if (flags.includes('-')) return text.padEnd(width);
  const isNumeric = !'sqc'.includes(kind);
  if (!flags.includes('0') || !isNumeric || (digits !== undefined && 'diuxXo'.includes(kind))) return text.padStart(width);
  const sign = /^[-+ ]?(0[xX])?/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}
