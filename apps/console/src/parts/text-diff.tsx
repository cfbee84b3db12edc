import { diffLines } from 'diff';
import { useMemo } from 'react';
import { UserText } from '#ui/parts/user-text';

interface TextDiffProps {
  readonly before: string;
  readonly after: string;
  readonly label: string;
}

/** Of one line; a rule may be one line. */
const LINE_LENGTH = 10_000;

/** The difference of two texts: removed lines with a minus, added lines with a plus. */
export function TextDiff({ before, after, label }: TextDiffProps) {
  const parts = useMemo(() => diffLines(`${before}\n`, `${after}\n`), [before, after]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    // biome-ignore lint/a11y/useSemanticElements: it is preformatted text
    <pre className="code-box" role="region" aria-label={label} tabIndex={0}>
      {parts.flatMap(({ value, added, removed }, part) =>
        value
          .replace(/\n$/, '')
          .split('\n')
          .map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is where it stands
            <div key={`${part}-${index}`} className={added ? 'come' : removed ? 'gone' : undefined}>
              {added ? '+ ' : removed ? '- ' : '  '}
              <UserText length={LINE_LENGTH}>{line}</UserText>
            </div>
          )),
      )}
    </pre>
  );
}
