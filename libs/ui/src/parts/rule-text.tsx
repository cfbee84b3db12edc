import { Fragment, type ReactNode } from 'react';

const TOKEN =
  /(?<comment>--[^\n]*)|(?<string>"(?:[^"\\]|\\.)*")|\b(?<keyword>and|or|not|where|contains|starts_with|ends_with|matches|nil|true|false|if|then|else|elseif|end|for|in|do|local|return|while)\b|\b(?<number>\d[\d_.]*(?:ms|us|ns|s|m|h)?)\b|(?<field>(?<![.\w])(?:span|trace|attribute)\b(?:\.\w+)*)/g;

const CLASSES: Readonly<Record<string, string>> = { comment: 'c', string: 's', keyword: 'k', number: 'n-lit', field: 'fld' };

/** A read-only rule text with syntax colours. It may break after brackets. */
export function RuleText({ text }: { readonly text: string }) {
  const parts: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    parts.push(breakable(text.slice(at, match.index)));
    const kind = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined)?.[0] ?? '';
    parts.push(<span className={CLASSES[kind]}>{match[0]}</span>);
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
      {piece}
    </Fragment>
  ));
}
