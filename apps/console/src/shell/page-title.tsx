import { useEffect, useRef } from 'react';
import { plainText } from '#ui/format/plain-text';
import { UserText } from '#ui/parts/user-text';

/** Characters of the tab, and of the heading. */
const [TITLE_LENGTH, NAME_LENGTH] = [100, 300];

interface PageTitleProps {
  readonly children: string;
}

/** The page's h1: names the tab, and takes the focus when the page opens, so that keyboards and screen readers start at the content. */
export function PageTitle({ children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${plainText(children, TITLE_LENGTH)} · BeTrace`;
  }, [children]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      <UserText length={NAME_LENGTH}>{children}</UserText>
    </h1>
  );
}
