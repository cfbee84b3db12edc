import { Fragment, useState } from 'react';
import { exactCount } from '../format/count';
import { codePointOf, plainText, shortened, textParts } from '../format/plain-text';

interface UserTextProps {
  readonly children: string;
  /** The characters that are drawn; the others are in the title, and on the page of what is named. Default 200. */
  readonly length?: number;
  readonly className?: string;
  /** Absent: the whole text, if it is cut. */
  readonly title?: string;
}

const LENGTH = 200;
/** Of a title: browsers draw no more lines. */
const TITLE_LENGTH = 1_000;

/** A name of users, isolated: its direction does not reorder the text beside it, and invisible characters are seen. */
export function UserText({ children, length = LENGTH, className = '', title }: UserTextProps) {
  const isCut = children.length > length;
  return (
    <bdi className={`user-text ${className}`.trimEnd()} title={title ?? (isCut ? plainText(children, TITLE_LENGTH) : undefined)}>
      <Characters>{isCut ? shortened(children, length) : children}</Characters>
    </bdi>
  );
}

/** A text in which invisible characters are marks. Too many of them one after another are one mark. */
export function Characters({ children }: { readonly children: string }) {
  const parts = textParts(children);
  if (parts.length > MAX_PARTS) return plainText(children, children.length);
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is where it stands
    <Fragment key={index}>{part.isInvisible ? <Mark character={part.text} /> : part.text}</Fragment>
  ));
}

/** Elements for more marks than these would be slow: they are written in the text. */
const MAX_PARTS = 1_000;

function Mark({ character }: { readonly character: string }) {
  const name = codePointOf(character);
  return (
    <span className="invisible-character" title={`The invisible character ${name}`}>
      {name}
    </span>
  );
}

/** Of a long value, at first, and with each further click: a click draws no more than it can within a moment. */
const [FIRST, MORE] = [300, 20_000];

/** A value of users, cut where it is long; a button shows the rest. */
export function LongText({ children, name }: { readonly children: string; readonly name: string }) {
  const [length, setLength] = useState(FIRST);
  const rest = children.length - length;
  // The name of the button begins with what is seen on it.
  const more = `Show ${rest > MORE ? `${exactCount(MORE)} more of` : 'all'} ${exactCount(children.length)} characters`;
  if (children.length <= FIRST) return <UserText length={FIRST}>{children}</UserText>;
  return (
    <>
      <bdi className="user-text">
        <Characters>{shortened(children, length)}</Characters>
      </bdi>{' '}
      <span className="long-text-does">
        {rest > 0 ? (
          <button
            type="button"
            className="btn small"
            aria-label={`${more} of ${plainText(name)}`}
            onClick={() => setLength(length + (length === FIRST ? MORE - FIRST : MORE))}
          >
            {more}
          </button>
        ) : null}
        {length === FIRST ? null : (
          <button type="button" className="btn small" aria-label={`Show less of ${plainText(name)}`} onClick={() => setLength(FIRST)}>
            Show less
          </button>
        )}
      </span>
    </>
  );
}
