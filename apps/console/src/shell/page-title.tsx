import { useEffect, useRef } from 'react';

interface PageTitleProps {
  readonly children: string;
}

/** The page's h1: names the tab, and takes the focus when the page opens, so that keyboards and screen readers start at the content. */
export function PageTitle({ children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${children} · BeTrace`;
  }, [children]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
