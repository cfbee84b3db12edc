const WIDTHS = ['72%', '54%', '83%', '61%', '77%', '48%', '69%', '58%'];

/** Placeholder lines while a result loads. They appear after a moment, so that quick results do not flicker. */
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
