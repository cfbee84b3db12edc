import type { SeenAttribute } from '../api/types';
import { exactCount } from '../format/count';
import { quoted } from './quoted';

const SHOWN_VALUES = 5;

/** How many of the latest spans had an attribute, and some of its values. */
export function attributeInfo({ spans, values, sensitive }: SeenAttribute, of: number): string {
  const seen = `On ${exactCount(spans)} of the last ${exactCount(of)} spans.`;
  if (sensitive) return `${seen}\n\nIts values are not shown: attributes.sensitive names it.`;
  const shown = values.slice(0, SHOWN_VALUES).map(({ value }) => (typeof value === 'string' ? quoted(value) : String(value)));
  return shown.length === 0 ? seen : `${seen}\n\n${shown.join('\n')}`;
}
