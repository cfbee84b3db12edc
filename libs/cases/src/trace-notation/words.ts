import { NotationError } from './notation-error.js';

/** A piece of a line: a word, a quoted text, `key=value`, each with its offset in the whole text. */
export type Word =
  | { readonly kind: 'word'; readonly text: string; readonly offset: number }
  | { readonly kind: 'quoted'; readonly text: string; readonly offset: number }
  | { readonly kind: 'pair'; readonly key: string; readonly value: NotationValue; readonly offset: number };

export type NotationValue = string | number | bigint | boolean | readonly NotationValue[];

const SPACE = /[ \t]*/y;
const KEY = /([A-Za-z_][\w.:/-]*|"(?:[^"\\]|\\.)*")=/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const BARE = /[^\s\],]+/y;
const WORD = /\S+/y;

/** The words of a line up to its end or a comment (`#` after white space). */
export function wordsOf(line: string, lineOffset: number): Word[] {
  const words: Word[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(line);
    if (match !== null) at += match[0].length;
    return match;
  };
  const fail = (message: string): never => {
    throw new NotationError(message, lineOffset + at);
  };
  const value = (): NotationValue => {
    if (line[at] === '[') return list();
    if (line[at] === '"') return text(take(QUOTED)?.[0] ?? fail('this text has no closing quote'));
    return scalar(take(BARE)?.[0] ?? fail('a value is missing after the equals sign'));
  };
  const list = (): NotationValue => {
    at++;
    const items: NotationValue[] = [];
    for (take(SPACE); line[at] !== ']'; take(SPACE)) {
      if (at >= line.length) fail('this list has no closing bracket');
      items.push(value());
      take(SPACE);
      if (line[at] === ',') at++;
      else if (line[at] !== ']') fail("',' or ']' is missing in this list");
    }
    at++;
    return items;
  };
  const text = (quoted: string): string => {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return fail('this text has an escape that JSON does not know');
    }
  };
  for (take(SPACE); at < line.length && line[at] !== '#'; take(SPACE)) {
    const offset = lineOffset + at;
    const key = take(KEY)?.[1];
    if (key !== undefined) {
      words.push({ kind: 'pair', key: key.startsWith('"') ? text(key) : key, value: value(), offset });
      if (at < line.length && !/\s/.test(line[at] ?? '')) fail('white space is missing after this value');
    } else if (line[at] === '"')
      words.push({ kind: 'quoted', text: text(take(QUOTED)?.[0] ?? fail('this text has no closing quote')), offset });
    else words.push({ kind: 'word', text: take(WORD)?.[0] ?? '', offset });
  }
  return words;
}

/** `true`, `12`, `-1.5`; every other word is a text. */
function scalar(word: string): NotationValue {
  if (word === 'true' || word === 'false') return word === 'true';
  if (/^-?\d+$/.test(word)) return Number.isSafeInteger(Number(word)) ? Number(word) : BigInt(word);
  return /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(word) ? Number(word) : word;
}
