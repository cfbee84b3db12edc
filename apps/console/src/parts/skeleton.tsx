const WIDTHS = ['72%', '54%', '83%', '61%', '77%', '48%', '69%', '58%'];

/** Lines in the place of a result that is loading. Visible after a moment only, so that quick ones do not flicker. */
export function Skeleton({ lines = 6, label }: { readonly lines?: number; readonly label: string }) {
  return (
    <div className="skeletons" role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity
        <div key={line} className="skeleton" style={{ width: WIDTHS[line % WIDTHS.length] }} />
      ))}
    </div>
  );
}
