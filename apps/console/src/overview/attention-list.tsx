import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import { LongText, UserText } from '#ui/parts/user-text';
import type { Concern } from './concerns';

const SHOWN = 6;

/** What needs attention, worst first. `complete`: every source was read. */
export function AttentionList({ concerns, complete }: { readonly concerns: readonly Concern[]; readonly complete: boolean }) {
  const [all, setAll] = useState(false);
  if (concerns.length === 0) {
    return (
      <p className="body attention-none">
        {complete ? (
          <>
            <CircleCheck className="i is-ok" aria-hidden="true" /> Nothing does.
          </>
        ) : (
          <span className="dim">Nothing that could be read does.</span>
        )}
      </p>
    );
  }
  return (
    <>
      <ul className="attention">
        {concerns.slice(0, all ? concerns.length : SHOWN).map(({ key, tone, title, text, link }) => (
          <li key={key}>
            {tone === 'bad' ? (
              <CircleX className="i is-bad" role="img" aria-label="Error" />
            ) : (
              <TriangleAlert className="i is-warn" role="img" aria-label="Warning" />
            )}
            <div>
              <UserText className="strong wrap" length={400}>
                {title}
              </UserText>
              {text === '' ? null : (
                <p className="small dim wrap">
                  <LongText name={title}>{text}</LongText>
                </p>
              )}
            </div>
            {link === undefined ? null : (
              <Link className="btn small" href={link.href} aria-label={`${link.text}: ${title}`}>
                {link.text}
              </Link>
            )}
          </li>
        ))}
      </ul>
      {concerns.length > SHOWN && !all ? (
        <div className="strip">
          <button type="button" className="btn small quiet" onClick={() => setAll(true)}>
            Show all {concerns.length}
          </button>
        </div>
      ) : null}
    </>
  );
}
