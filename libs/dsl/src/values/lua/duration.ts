import { DURATION_UNITS, parseDuration as nanosecondsOf } from '#base';
import { wrap } from './lua-number.js';

/** A duration (`500ms`, `1.5s`, `1m30s`) as a number of nanoseconds; undefined for any other text. */
export function durationValue(text: string): number | bigint | undefined {
  const nanoseconds = nanosecondsOf(text);
  return nanoseconds === undefined ? undefined : wrap(nanoseconds);
}

/** Common names for the units of time, without a plural s. */
const UNIT_WORDS: Readonly<Record<string, string>> = {
  nano: 'ns',
  nanosecond: 'ns',
  micro: 'us',
  microsecond: 'us',
  mil: 'ms',
  milli: 'ms',
  millisecond: 'ms',
  msec: 'ms',
  sec: 's',
  second: 's',
  min: 'm',
  minute: 'm',
  hr: 'h',
  hour: 'h',
  day: 'd',
};

/** The duration that `1sec`, `1S`, `5mins` mean, in the language's spelling; undefined for others. `1M` may be a million. */
export function durationMeant(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?)([a-zA-Zµ]+)$/.exec(text);
  if (match === null) return undefined;
  const [, number = '', written = ''] = match;
  const unit = written.toLowerCase();
  const singular = unit.length > 2 ? unit.replace(/s$/, '') : unit;
  const word = Object.hasOwn(UNIT_WORDS, singular) ? UNIT_WORDS[singular] : undefined;
  const known = Object.hasOwn(DURATION_UNITS, unit) && written !== 'M' ? unit : word;
  return known !== undefined && durationValue(number + known) !== undefined ? number + known : undefined;
}
