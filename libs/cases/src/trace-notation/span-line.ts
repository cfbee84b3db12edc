import { parseDuration } from '#base';
import { NotationError } from './notation-error.js';
import { offsetOf } from './offset.js';
import type { NotationValue, Word } from './words.js';

/** The parts of one line. */
export interface SpanLine {
  readonly name: string;
  readonly id?: string;
  /** Replaces the parent by indentation; may be an id that no span has. */
  readonly parent?: string;
  readonly service?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly statusMessage?: string;
  readonly scope?: string;
  readonly duration?: bigint;
  readonly offset?: bigint;
  /** `*51`: this many spans, one after the other. */
  readonly times?: number;
  readonly traceId?: string;
  readonly attributes: Readonly<Record<string, NotationValue>>;
  readonly resource: Readonly<Record<string, NotationValue>>;
  /** Options with ids of spans. */
  readonly links: readonly string[];
  /** Options with names. */
  readonly events: readonly string[];
}

const TEXTS: Readonly<Record<string, keyof SpanLine>> = {
  id: 'id',
  parent: 'parent',
  service: 'service',
  kind: 'kind',
  status: 'status',
  status_message: 'statusMessage',
  scope: 'scope',
  trace: 'traceId',
};

const VALUES: Readonly<Record<string, readonly string[]>> = {
  kind: ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'],
  status: ['unset', 'ok', 'error'],
};

const TIMES = /^\*[1-9]\d{0,3}$/;

/** `name duration +offset key=value …`: the name is every word up to the first of another kind. */
export function spanLine(words: readonly Word[], offset: number): SpanLine {
  const name: string[] = [];
  const line: { -readonly [K in keyof SpanLine]?: SpanLine[K] } = {};
  const attributes: Record<string, NotationValue> = Object.create(null) as Record<string, NotationValue>;
  const resource: Record<string, NotationValue> = Object.create(null) as Record<string, NotationValue>;
  const links: string[] = [];
  const events: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word.kind === 'pair') {
      const { key, value } = word;
      const text = TEXTS[key];
      if (text !== undefined) Object.assign(line, { [text]: textValue(key, value, word.offset) });
      else if (key === 'link') links.push(textValue(key, value, word.offset));
      else if (key === 'event') events.push(textValue(key, value, word.offset));
      else if (key.startsWith('resource.')) resource[key.slice('resource.'.length)] = value;
      else attributes[key.replace(/^attribute\./, '')] = value;
      continue;
    }
    const duration = word.kind === 'word' ? parseDuration(word.text) : undefined;
    const shift = word.kind === 'word' ? offsetOf(word.text) : undefined;
    if (index > 0 && duration !== undefined && line.duration === undefined) line.duration = duration;
    else if (index > 0 && shift !== undefined && line.offset === undefined) line.offset = shift;
    else if (index > 0 && word.kind === 'word' && TIMES.test(word.text) && line.times === undefined)
      line.times = Number(word.text.slice(1));
    else if (name.length === index) name.push(word.text);
    else throw new NotationError(`'${word.text}' is not a key=value; a name with such words is put in quotes`, word.offset);
  }
  if (name.length === 0) throw new NotationError('a line begins with the name of its span', offset);
  return { ...line, name: name.join(' '), attributes, resource, links, events };
}

function textValue(key: string, value: NotationValue, offset: number): string {
  if (typeof value === 'object') throw new NotationError(`'${key}' is a text, not a list`, offset);
  const text = String(value);
  const values = VALUES[key];
  if (values === undefined || values.includes(text)) return text;
  throw new NotationError(`'${key}' is one of ${values.join(', ')}; an attribute of this name is written attribute.${key}=${text}`, offset);
}
