import { Fragment, type ReactNode, useState } from 'react';
import { exactCount } from '../format/count';
import { shortened } from '../format/plain-text';
import { Characters } from './user-text';

const TOKEN =
  /(?<comment>--[^\n]*)|(?<string>"(?:[^"\\]|\\.)*")|\b(?<keyword>and|or|not|where|contains|starts_with|ends_with|matches|nil|true|false|if|then|else|elseif|end|for|in|do|local|return|while)\b|\b(?<number>\d[\d_.]*(?:ms|us|ns|s|m|h)?)\b|(?<field>(?<![.\w])(?:span|trace|attribute)\b(?:\.\w+)*)/g;

const CLASSES: Readonly<Record<string, string>> = { comment: 'c', string: 's', keyword: 'k', number: 'n-lit', field: 'fld' };

/** Characters that are drawn at first, and with each click: a rule may compare with a value of a megabyte. */
const [FIRST, MORE] = [2_000, 20_000];

/** A read-only rule text with syntax colours. It may break after brackets. */
export function RuleText({ text }: { readonly text: string }) {
  const [length, setLength] = useState(FIRST);
  return (
    <>
      <Coloured text={shortened(text, length)} />
      {text.length <= length ? null : (
        <button type="button" className="btn small" onClick={() => setLength(length + MORE)}>
          Show {text.length - length > MORE ? 'more' : 'all'} of {exactCount(text.length)} characters
        </button>
      )}
    </>
  );
}

function Coloured({ text }: { readonly text: string }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(breakable(text.slice(at, match.index)));
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? '';
    parts.push(
      <span className={CLASSES[kind]}>
        <Characters>{match[0]}</Characters>
      </span>,
    );
    at = match.index + match[0].length;
  }
  parts.push(breakable(text.slice(at)));
  return (
    <code className="rule-text">
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a token is where it stands
        <Fragment key={index}>{part}</Fragment>
      ))}
    </code>
  );
}

function breakable(text: string): ReactNode {
  return text.split(/(?<=[([])/).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a piece is where it stands
    <Fragment key={index}>
      {index === 0 ? null : <wbr />}
      <Characters>{piece}</Characters>
    </Fragment>
  ));
}
