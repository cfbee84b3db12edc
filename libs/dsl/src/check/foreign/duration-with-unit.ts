import type { DiagnosticExtras } from '../../text/diagnostic.js';
import type { Range } from '../../text/source.js';

/** The suffixes of duration units, in field names of other tools. */
const UNITS: Readonly<Record<string, string>> = {
  ns: 'ns',
  nanos: 'ns',
  nanoseconds: 'ns',
  us: 'us',
  micros: 'us',
  microseconds: 'us',
  ms: 'ms',
  millis: 'ms',
  milliseconds: 'ms',
  s: 's',
  sec: 's',
  secs: 's',
  seconds: 's',
};

/** `durations` does not match. */
const WITH_UNIT = /^duration(?:_([a-z]+)|([a-z]{2,}))$/;
/** The text after the name: an operator, and a number that gets the unit. */
const COMPARED = /(\s*(?:[<>]=?|[=~!]=)\s*)(\d+(?:\.\d+)?)(?![\w.])/y;

/**
 * `span.duration_ms > 5`: the field is `duration` in nanoseconds, and the unit belongs to the number.
 * @param range the range of the name in `text`
 */
export function durationWithUnit(name: string, range: Range, fields: readonly string[], text: string): DiagnosticExtras | undefined {
  const [, separate, joined] = WITH_UNIT.exec(name.toLowerCase()) ?? [];
  const word = separate ?? joined;
  const unit = word !== undefined && Object.hasOwn(UNITS, word) ? UNITS[word] : undefined;
  if (unit === undefined || !fields.includes('duration')) return undefined;
  const expected = `duration, which is compared with a duration such as 5${unit}`;
  COMPARED.lastIndex = range.end;
  const [compared, operator, number] = COMPARED.exec(text) ?? [];
  if (compared === undefined) return { expected, suggestion: 'duration' };
  const meant = `duration${operator}${number}${unit}`;
  return { expected, suggestion: meant, fix: { range: { start: range.start, end: range.end + compared.length }, text: meant } };
}
