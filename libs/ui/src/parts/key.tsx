/** A keyboard shortcut on its button. Screen readers skip it, because the button's name says what it does. */
export function Key({ children, className }: { readonly children: string; readonly className?: string }) {
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it takes no focus
    <kbd className={className} aria-hidden="true">
      {children}
    </kbd>
  );
}
